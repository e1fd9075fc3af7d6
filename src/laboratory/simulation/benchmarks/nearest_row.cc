#include "laboratory/simulation/benchmarks/nearest_row.h"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

namespace luthier {
namespace {

constexpr std::size_t kBlock = 256;  // rows whose sums stay in the nearest cache

}  // namespace

NearestRow::NearestRow(std::vector<bool> categorical)
    : categorical_(std::move(categorical)), columns_(categorical_.size()) {}

void NearestRow::add(std::span<const double> row) {
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    columns_[i].push_back(row[i]);
  }
}

std::size_t NearestRow::find(std::span<const double> point) const {
  std::size_t best = 0;
  double nearest = std::numeric_limits<double>::infinity();
  std::array<double, kBlock> sums;
  for (std::size_t start = 0; start < rows(); start += kBlock) {
    const std::size_t count = std::min(kBlock, rows() - start);
    sums.fill(0);
    for (std::size_t c = 0; c < columns_.size(); ++c) {
      const double* column = columns_[c].data() + start;
      const double place = point[c];
      if (categorical_[c]) {
        for (std::size_t i = 0; i < count; ++i) {
          sums[i] += column[i] == place ? 0.0 : 1.0;
        }
      } else {
        for (std::size_t i = 0; i < count; ++i) {
          const double gap = column[i] - place;
          sums[i] += gap * gap;
        }
      }
    }
    const double* const found =
        std::min_element(sums.begin(), sums.begin() + static_cast<long>(count));
    if (*found < nearest) {
      nearest = *found;
      best = start + static_cast<std::size_t>(found - sums.begin());
    }
  }
  return best;
}

}  // namespace luthier
