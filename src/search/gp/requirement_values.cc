#include "search/gp/requirement_values.h"

#include <algorithm>
#include <cmath>

#include "search/parzen/elementary.h"

namespace luthier::gp {
namespace {

// The middle one of the amounts; 0: there is none.
double usual_amount(std::span<const double> excess) {
  std::vector<double> amounts;
  for (const double each : excess) {
    if (std::isfinite(each) && each != 0) {
      amounts.push_back(std::abs(each));
    }
  }
  if (amounts.empty()) {
    return 0;
  }
  const auto middle = amounts.begin() + static_cast<std::ptrdiff_t>(amounts.size() / 2);
  std::ranges::nth_element(amounts, middle);
  return *middle;
}

}  // namespace

std::optional<std::vector<double>> requirement_values(std::span<const double> excess) {
  const double usual = usual_amount(excess);
  const auto is_missed = [](double each) { return each > 0; };
  const bool differ =
      std::ranges::any_of(excess, is_missed) && !std::ranges::all_of(excess, is_missed);
  if (usual == 0 && !differ) {
    return std::nullopt;
  }
  std::vector<double> values;
  double most = 0;
  for (const double each : excess) {
    const double amount = usual > 0 && std::isfinite(each) ? std::abs(each) / usual : 0;
    values.push_back(std::copysign(parzen::logarithm(1 + amount), each));
    most = std::max(most, std::abs(values.back()));
  }
  double squares = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!std::isfinite(excess[i])) {
      values[i] = std::copysign(most > 0 ? most : 1, excess[i]);
    }
    squares += values[i] * values[i];
  }
  const double scale = std::sqrt(squares / static_cast<double>(values.size()));
  for (double& each : values) {
    each /= scale;
  }
  return values;
}

}  // namespace luthier::gp
