#include "cli/output/table.h"

#include <algorithm>

#include "base/check.h"
#include "base/format.h"
#include "base/terminal_text.h"

namespace luthier::cli {
namespace {

constexpr int kGap = 2;
constexpr int kNarrowest = 8;  // a text is not cut below

}  // namespace

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

std::vector<int> Table::natural_widths() const {
  std::vector<int> widths;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    int width = display_width(printable(columns_[i].heading));
    for (const auto& row : rows_) {
      width = std::max(width, display_width(row[i]));
    }
    widths.push_back(width);
  }
  return widths;
}

// 0 for a column that is left out.
std::vector<int> Table::fitting_widths(int columns) const {
  std::vector<int> widths = natural_widths();
  const auto excess = [&] {
    int width = -kGap;
    bool left_out = false;
    for (const int each : widths) {
      width += each > 0 ? each + kGap : 0;
      left_out |= each == 0;
    }
    return width + (left_out ? kGap + 1 : 0) - columns;
  };
  while (excess() > 0) {
    std::size_t widest = widths.size();
    for (std::size_t i = 0; i < widths.size(); ++i) {
      const bool more = widest == widths.size() || widths[i] >= widths[widest];
      widest = may_shrink(i) && widths[i] > kNarrowest && more ? i : widest;
    }
    if (widest < widths.size()) {
      widths[widest] = std::max(kNarrowest, widths[widest] - excess());
      continue;
    }
    const auto number = std::find_if(widths.rbegin(), widths.rend() - 1, [&](const int& width) {
      return width > 0 && !may_shrink(static_cast<std::size_t>(&width - widths.data()));
    });
    if (number == widths.rend() - 1) {
      break;  // what is left is cut by line()
    }
    *number = 0;
  }
  return widths;
}

std::string Table::line(const std::vector<std::string>& cells,
                        const std::vector<int>& widths) const {
  std::string text;
  bool left_out = false;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (widths[i] == 0) {
      text += left_out ? "" : "  …";
      left_out = true;
      continue;
    }
    const bool right = columns_[i].align == Align::right;
    text += i == 0 ? "" : "  ";
    text += right ? pad_left(cells[i], widths[i]) : pad_right(cells[i], widths[i]);
  }
  text.erase(text.find_last_not_of(' ') + 1);
  return text;
}

std::string Table::lines(const std::vector<int>& widths, int columns) const {
  std::string out;
  for (const auto& row : rows_) {
    const std::string text = line(row, widths);
    out += (columns > 0 ? fit(text, columns) : text) + "\n";
  }
  return out;
}

std::string Table::text(int columns) const {
  const auto widths = columns > 0 ? fitting_widths(columns) : natural_widths();
  std::vector<std::string> headings;
  for (const Column& column : columns_) {
    headings.push_back(printable(column.heading));
  }
  const std::string text = line(headings, widths);
  return formatted("{}\n{}", columns > 0 ? fit(text, columns) : text, lines(widths, columns));
}

std::string Table::take_text(int columns) {
  const bool first = taken_widths_.empty();
  if (first) {
    taken_widths_ = columns > 0 ? fitting_widths(columns) : natural_widths();
  }
  std::string out = first ? text(columns) : lines(taken_widths_, columns);
  rows_.clear();
  return out;
}

}  // namespace luthier::cli
