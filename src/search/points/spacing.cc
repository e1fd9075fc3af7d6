#include "search/points/spacing.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace luthier {

Spacing::Spacing(const CompiledSpace& space) {
  for (const Axis& axis : space.axes()) {
    columns_.push_back({.categorical = axis.kind == AxisKind::categorical, .x = {}});
  }
}

void Spacing::add(const CompiledSpace& space, const Config& config) {
  const std::vector<double> point = space.encode(config);
  for (std::size_t axis = 0; axis < point.size(); ++axis) {
    std::vector<double>& x = columns_[axis].x;
    x.resize(std::max(x.size(), next_ + 1));
    x[next_] = point[axis];
  }
  next_ = (next_ + 1) % kMostPoints;
}

double Spacing::squared_distance_to_nearest(std::span<const double> point) const {
  std::vector<double> sums(columns_.empty() ? 0 : columns_.front().x.size());
  for (std::size_t axis = 0; axis < point.size(); ++axis) {
    const auto& [categorical, x] = columns_[axis];
    const double at = point[axis];
    for (std::size_t i = 0; i < sums.size(); ++i) {
      const double apart = x[i] - at;  // NaN where one of both is inactive
      const bool both_inactive = std::isnan(x[i]) && std::isnan(at);
      const double far = both_inactive || apart == 0 ? 0 : 1;
      sums[i] += categorical || std::isnan(apart) ? far : apart * apart;
    }
  }
  double nearest = std::numeric_limits<double>::infinity();
  for (const double sum : sums) {
    nearest = std::min(nearest, sum);
  }
  return nearest;
}

Result<Config> Spacing::farthest_draw(const CompiledSpace& space,
                                      std::uint64_t cell,
                                      std::int64_t draws,
                                      Rng& rng) const {
  auto best = space.sample(rng, cell);
  if (!best || draws == 1) {
    return best;
  }
  double farthest = squared_distance_to_nearest(space.encode(*best));
  for (std::int64_t i = 1; i < draws; ++i) {
    auto drawn = space.sample(rng, cell);
    if (!drawn) {
      return drawn;
    }
    const double distance = squared_distance_to_nearest(space.encode(*drawn));
    if (distance > farthest) {
      farthest = distance;
      best = std::move(drawn);
    }
  }
  return best;
}

}  // namespace luthier
