#include "laboratory/simulation/benchmarks/table_rows.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/failure.h"
#include "base/format.h"
#include "base/text.h"
#include "base/try.h"
#include "laboratory/simulation/benchmarks/mapped_file.h"

namespace luthier {
namespace {

// The lines of a text, without their ends.
class Lines {
 public:
  explicit Lines(std::string_view text) : rest_(text) {}
  std::optional<std::string_view> next() {
    if (rest_.empty()) {
      return std::nullopt;
    }
    ++number_;
    const auto end = rest_.find('\n');
    const std::string_view line = rest_.substr(0, end);
    rest_ = end == std::string_view::npos ? std::string_view() : rest_.substr(end + 1);
    return line.ends_with('\r') ? line.substr(0, line.size() - 1) : line;
  }
  std::int64_t number() const { return number_; }

 private:
  std::string_view rest_;
  std::int64_t number_ = 0;
};

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// What a quoted cell holds, `text` being what follows its first quote; two quotes are one. `end` is
// set to the place behind its last quote.
std::string unquoted(std::string_view text, std::size_t& end) {
  std::string cell;
  for (end = 0; end < text.size(); ++end) {
    const bool quote = text[end] == '"';
    if (quote && !text.substr(end + 1).starts_with('"')) {
      ++end;
      break;
    }
    end += quote ? 1 : 0;
    cell += text[end];
  }
  return cell;
}

std::vector<std::string> cells_of(std::string_view line) {
  std::vector<std::string> cells;
  std::size_t comma = 0;
  while (comma != std::string_view::npos) {
    const std::size_t first = std::min(line.find_first_not_of(" \t"), line.size());
    if (line.substr(first).starts_with('"')) {
      std::size_t end = 0;
      cells.push_back(unquoted(line.substr(first + 1), end));
      comma = line.find(',', first + 1 + end);
    } else {
      comma = line.find(',');
      cells.emplace_back(trim(line.substr(0, comma)));
    }
    line.remove_prefix(comma == std::string_view::npos ? line.size() : comma + 1);
  }
  return cells;
}

// The parameter that each column holds.
Result<std::vector<std::size_t>> columns_of(const TableIndex& index,
                                            std::string_view header,
                                            const std::string& file) {
  std::vector<std::size_t> columns;
  std::vector<std::string> known;
  for (const TableParameter& parameter : index.parameters) {
    known.push_back(parameter.name);
  }
  for (const std::string& cell : cells_of(header)) {
    const auto found = std::ranges::find(known, cell);
    const auto place = static_cast<std::size_t>(found - known.begin());
    if (found == known.end() || std::ranges::find(columns, place) != columns.end()) {
      return failure(ErrorCode::invalid_argument,
                     "{}: its header must name each parameter of the index once: {}",
                     file,
                     join(known, ","));
    }
    columns.push_back(place);
  }
  if (columns.size() != known.size()) {
    return failure(ErrorCode::invalid_argument,
                   "{}: its header must name each parameter of the index once: {}",
                   file,
                   join(known, ","));
  }
  return columns;
}

}  // namespace

Result<NearestRow> read_table_rows(const TableIndex& index, const std::filesystem::path& path) {
  LUTHIER_TAKE(const auto file, MappedFile::open(path));
  const std::string name = path.filename().string();
  std::string_view text = file.bytes();
  if (text.starts_with(kByteOrderMark)) {
    text.remove_prefix(kByteOrderMark.size());
  }
  Lines lines(text);
  LUTHIER_TAKE(const auto columns, columns_of(index, lines.next().value_or(""), name));
  std::vector<bool> categorical;
  for (const TableParameter& parameter : index.parameters) {
    categorical.push_back(parameter.type == TableParameter::Type::choice);
  }
  NearestRow rows(std::move(categorical));
  std::vector<double> row(columns.size());
  while (const auto line = lines.next()) {
    const auto cells = cells_of(*line);
    const std::string place = formatted("{}, line {}", name, lines.number());
    if (cells.size() != columns.size()) {
      return failure(ErrorCode::invalid_argument,
                     "{}: {} cells where the header has {}",
                     place,
                     cells.size(),
                     columns.size());
    }
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const TableParameter& parameter = index.parameters[columns[i]];
      const auto coordinate = parameter.coordinate_of_cell(cells[i]);
      if (!coordinate) {
        return failure(ErrorCode::invalid_argument,
                       "{}: {} is not a value of {}, which is {}",
                       place,
                       json_string(cells[i]),
                       parameter.name,
                       parameter.meaning());
      }
      row[columns[i]] = *coordinate;
    }
    rows.add(row);
  }
  if (std::cmp_not_equal(rows.rows(), index.configurations)) {
    return failure(ErrorCode::invalid_argument,
                   "{} has {} configurations where the index says {}",
                   name,
                   rows.rows(),
                   index.configurations);
  }
  return rows;
}

}  // namespace luthier
