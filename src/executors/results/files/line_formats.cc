#include "executors/results/files/line_formats.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"
#include "executors/results/lines/record_reader.h"

namespace luthier {
namespace {

constexpr std::size_t kLongestLine = std::size_t{1} << 20;
constexpr std::size_t kMostColumns = 4096;

// Cells of one line; quotes as in RFC 4180, without line breaks inside.
std::vector<std::string> cells_of(std::string_view line, char delimiter) {
  std::vector<std::string> cells(1);
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (c == '"') {
      if (quoted && i + 1 < line.size() && line[i + 1] == '"') {
        cells.back() += '"';
        ++i;
      } else {
        quoted = !quoted;
      }
    } else if (c == delimiter && !quoted && cells.size() < kMostColumns) {
      cells.emplace_back();
    } else {
      cells.back() += c;
    }
  }
  for (std::string& cell : cells) {
    cell = trim(std::string(cell));
  }
  return cells;
}

char delimiter_of(std::string_view header) {
  constexpr std::array kDelimiters = {',', '\t', ';'};
  return *std::ranges::max_element(
      kDelimiters, {}, [&](char each) { return std::ranges::count(header, each); });
}

Value value_of(const std::string& cell) {
  const auto number = read_number(cell);
  return number ? *number : Value(to_utf8(cell));
}

}  // namespace

void LineFormat::take(std::string_view bytes, std::vector<Metrics>& records) {
  for (auto end = bytes.find('\n'); end != std::string_view::npos; end = bytes.find('\n')) {
    partial_ += bytes.substr(0, end);
    bytes.remove_prefix(end + 1);
    finish(records);
  }
  if (partial_.size() < kLongestLine) {
    partial_ += bytes;
  }
}

void LineFormat::finish(std::vector<Metrics>& records) {
  const std::string line = std::exchange(partial_, {});
  if (!trim(line).empty()) {
    take_line(trim(line), records);
  }
}

// Names, some of them known already, and no number.
bool DelimitedFormat::is_header(const std::vector<std::string>& cells) const {
  const auto known = [&](const std::string& cell) {
    return std::ranges::find(columns_, cell) != columns_.end();
  };
  return columns_.empty() ||
         (std::ranges::any_of(cells, known) && std::ranges::none_of(cells, [](const auto& cell) {
            return read_number(cell).has_value();
          }));
}

void DelimitedFormat::take_line(std::string_view line, std::vector<Metrics>& records) {
  if (delimiter_ == '\0') {
    delimiter_ = delimiter_of(line);
  }
  auto cells = cells_of(line, delimiter_);
  if (is_header(cells)) {
    columns_ = std::move(cells);
    return;
  }
  Metrics record;
  for (std::size_t i = 0; i < std::min(cells.size(), columns_.size()); ++i) {
    if (!cells[i].empty() && !columns_[i].empty()) {
      record.set(columns_[i], value_of(cells[i]));
    }
  }
  records.push_back(std::move(record));
}

void JsonLinesFormat::take_line(std::string_view line, std::vector<Metrics>& records) {
  if (auto record = read_record(line)) {
    records.push_back(*std::move(record));
  }
}

void MlflowFormat::take_line(std::string_view line, std::vector<Metrics>& records) {
  const auto words = split(line, ' ');
  if (words.size() < 2) {
    return;
  }
  const auto value = read_number(words[1]);
  const auto step = words.size() > 2 ? read_number(words[2]) : std::nullopt;
  if (value) {
    Metrics record;
    if (step) {
      record.set("step", *step);
    }
    record.set(metric_, *value);
    records.push_back(std::move(record));
  }
}

}  // namespace luthier
