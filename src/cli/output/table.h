// A table for a terminal or a file: columns as wide as they need to be, numbers at the right.
#pragma once

#include <string>
#include <vector>

namespace luthier::cli {

class Table {
 public:
  enum class Align { left, right };
  struct Column {
    std::string heading;
    Align align = Align::left;
  };

  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

  // One cell for each column; anything may stand in it. Precondition: as many cells as columns.
  void add(std::vector<std::string> cells);
  // Cells longer than this are cut; the last column never is.
  void limit(int width) { widest_ = width; }
  // Every line ends with '\n'; without rows nothing but the headings. Above 0 columns, lines are at
  // most that wide: text is cut first, then numbers are left out from the right, whole columns,
  // with "…" in their place.
  std::string text(int columns = 0) const;

  // For a table of any length, printed as it is made. The rows so far are taken out: the first time
  // with the headings, later without. Columns stay as wide as the first rows needed; a longer cell
  // moves the rest of its line to the right.
  std::string take_text(int columns = 0);
  std::size_t rows() const { return rows_.size(); }

 private:
  std::string lines(const std::vector<int>& widths, int columns) const;
  std::vector<int> natural_widths() const;
  std::vector<int> fitting_widths(int columns) const;
  bool may_shrink(std::size_t column) const { return columns_[column].align == Align::left; }
  std::string line(const std::vector<std::string>& cells, const std::vector<int>& widths) const;

  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
  int widest_ = 60;
  std::vector<int> taken_widths_;  // of the rows that were taken first
};

}  // namespace luthier::cli
