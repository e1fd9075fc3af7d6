// NearestRow: the row of a table closest to a point, by Euclidean distance over the coordinates;
// categories that differ are a distance of 1 apart. Exact: every row is looked at, column by
// column, so that the compiler can vectorise the sums.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace luthier {

class NearestRow {
 public:
  // `categorical` says which columns hold categories.
  explicit NearestRow(std::vector<bool> categorical);

  void add(std::span<const double> row);  // one coordinate for each column
  // Of several equally near the first. Precondition: there is a row.
  std::size_t find(std::span<const double> point) const;
  std::size_t rows() const { return columns_.empty() ? 0 : columns_.front().size(); }

 private:
  std::vector<bool> categorical_;
  std::vector<std::vector<double>> columns_;
};

}  // namespace luthier
