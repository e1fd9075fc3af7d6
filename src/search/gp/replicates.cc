#include "search/gp/replicates.h"

#include <algorithm>
#include <cmath>

namespace luthier::gp {
namespace {

constexpr double kInactive = -1;  // outside of the unit cube, and unlike NaN in order

}  // namespace

void Replicates::completed(std::span<const double> point, std::int64_t iteration, double loss) {
  if (!std::isfinite(loss)) {
    return;
  }
  std::vector<double> place(point.begin(), point.end());
  std::ranges::replace_if(place, [](double x) { return std::isnan(x); }, kInactive);
  const auto [seen, is_first] = seen_.try_emplace(std::move(place), Seen{iteration, loss});
  if (!is_first && seen->second.iteration == iteration) {
    are_known_ = true;
    differ_ = differ_ || seen->second.loss != loss;
  }
}

}  // namespace luthier::gp
