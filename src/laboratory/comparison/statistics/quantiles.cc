#include "laboratory/comparison/statistics/quantiles.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/check.h"

namespace luthier {

double between(double low, double high, double part) {
  if (low == high) {
    return low;
  }
  if (std::isinf(low) || std::isinf(high)) {
    return std::isinf(low) && std::isinf(high) ? 0 : (std::isinf(low) ? low : high);
  }
  return low + (part * (high - low));
}

double quantile(std::span<const double> sorted, double probability) {
  LUTHIER_CHECK(!sorted.empty(), "a quantile of nothing");
  const double place = probability * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const double part = place - static_cast<double>(below);
  if (part == 0 || below + 1 == sorted.size()) {
    return sorted[below];
  }
  return between(sorted[below], sorted[below + 1], part);
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return quantile(values, 0.5);
}

double mean(std::span<const double> values) {
  LUTHIER_CHECK(!values.empty(), "a mean of nothing");
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

}  // namespace luthier
