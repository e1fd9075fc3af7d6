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
  // Every line ends with '\n'; without rows nothing but the headings.
  std::string text() const;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
  int widest_ = 60;
};

}  // namespace luthier::cli
