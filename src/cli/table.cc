#include "cli/table.h"

#include <algorithm>

#include "base/check.h"
#include "base/terminal_text.h"

namespace luthier::cli {

void Table::add(std::vector<std::string> cells) {
  LUTHIER_CHECK(cells.size() == columns_.size(), "a row has as many cells as there are columns");
  for (std::size_t i = 0; i < cells.size(); ++i) {
    cells[i] = printable(cells[i]);
    if (i + 1 < cells.size()) {
      cells[i] = fit(cells[i], widest_);
    }
  }
  rows_.push_back(std::move(cells));
}

std::string Table::text() const {
  std::vector<int> widths;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    int width = display_width(columns_[i].heading);
    for (const auto& row : rows_) {
      width = std::max(width, display_width(row[i]));
    }
    widths.push_back(width);
  }
  std::string out;
  const auto line = [&](const auto& cell_of) {
    std::string text;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const bool right = columns_[i].align == Align::right;
      text += i == 0 ? "" : "  ";
      text += right ? pad_left(cell_of(i), widths[i]) : pad_right(cell_of(i), widths[i]);
    }
    text.erase(text.find_last_not_of(' ') + 1);
    out += text + "\n";
  };
  line([&](std::size_t i) { return printable(columns_[i].heading); });
  for (const auto& row : rows_) {
    line([&](std::size_t i) { return row[i]; });
  }
  return out;
}

}  // namespace luthier::cli
