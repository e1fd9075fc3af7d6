#include "cli/output/csv_table.h"

#include <algorithm>
#include <optional>

#include "base/failure.h"
#include "base/format.h"

namespace luthier::cli {
namespace {

class Reader {
 public:
  explicit Reader(std::string_view text) : left_(text) {}

  bool at_end() const { return left_.empty(); }
  std::size_t line() const { return line_; }

  // The fields up to the end of the line; nothing when a quote is not closed.
  std::optional<std::vector<std::string>> record() {
    std::vector<std::string> fields(1);
    bool quoted = false;
    while (!left_.empty()) {
      const char c = left_.front();
      left_.remove_prefix(1);
      line_ += c == '\n' ? 1 : 0;
      if (quoted) {
        if (c != '"') {
          fields.back() += c;
        } else if (left_.starts_with('"')) {
          fields.back() += c;
          left_.remove_prefix(1);
        } else {
          quoted = false;
        }
      } else if (c == '"') {
        quoted = true;
      } else if (c == ',') {
        fields.emplace_back();
      } else if (c == '\n') {
        return fields;
      } else if (c != '\r') {
        fields.back() += c;
      }
    }
    return quoted ? std::nullopt : std::optional(fields);
  }

 private:
  std::string_view left_;
  std::size_t line_ = 1;
};

}  // namespace

Result<CsvTable> read_csv(const std::string& path, std::string_view text) {
  Reader reader(text);
  CsvTable table;
  while (!reader.at_end()) {
    const std::size_t line = reader.line();
    const std::string where = formatted("{}, line {}", path, line);
    auto fields = reader.record();
    if (!fields) {
      return Error{ErrorCode::invalid_argument, where + " begins a quoted text that has no end"};
    }
    if (fields->size() == 1 && fields->front().empty()) {
      continue;
    }
    if (table.names.empty()) {
      table.names = *std::move(fields);
    } else if (fields->size() != table.names.size()) {
      return failure(ErrorCode::invalid_argument,
                     "{} has {} fields, the heading {}",
                     where,
                     fields->size(),
                     table.names.size());
    } else {
      table.rows.push_back(*std::move(fields));
      table.lines.push_back(line);
    }
  }
  return table;
}

}  // namespace luthier::cli
