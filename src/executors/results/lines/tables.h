// Tables: a line of column names and the rows below it: CSV, TSV, columns aligned with blanks,
// Markdown, box drawings; rows may have labels.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "executors/results/words/cells.h"
#include "executors/results/words/mention.h"

namespace luthier {

class Tables {
 public:
  // The mentions of a row of the current table; nothing where `line` is no row. Every line has to
  // come by, for the next may show that it was a header. `anew`: the line before is likely one,
  // even though a table is open.
  std::vector<Mention> line(std::string_view line, bool anew);
  // For a line that is not to be looked at now: it may still be a header.
  void pass(std::string_view line);
  // The line said something of its own: it is no header and no row.
  void other();
  // Whether the next line may be a row of a table.
  bool open() const { return !header_.empty(); }
  // The line that may be the next table's header.
  const std::string& candidate() const { return candidate_; }

 private:
  struct Column {
    std::string name;
    std::size_t begin = 0;
    std::size_t end = 0;
  };

  bool begin_table(std::string_view row, bool clear_only);
  bool take_header(Parting header, Parting row, std::string_view line);
  bool under_their_names(const std::vector<Cell>& cells) const;
  std::vector<Mention> row(std::string_view line) const;
  std::vector<Mention> named(const std::vector<Cell>& cells) const;
  std::vector<Mention> aligned(const std::vector<Cell>& cells) const;

  std::string candidate_;
  int blank_lines_ = 0;
  std::vector<Column> header_;
  Parting parting_ = Parting::blanks;
  bool aligned_ = false;  // columns stand below their names
  int misses_ = 0;
};

}  // namespace luthier
