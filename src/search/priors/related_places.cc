#include "search/priors/related_places.h"

#include <algorithm>
#include <cmath>

namespace luthier {
namespace {

// Chosen on BBOB functions 1, 8 and 15, instances 31 to 33 (docs/results.md).
constexpr double kShare = 0.1;  // of the results, the best ...
constexpr std::size_t kMost = 5;

Belief::Place place_of(const Config& config, const CompiledSpace& space) {
  Belief::Place place;
  for (std::size_t axis = 0; axis < space.axes().size(); ++axis) {
    const Value* value = config.find(space.parameters()[space.axes()[axis].parameter].name);
    const double x =
        value == nullptr || space.axes()[axis].grid ? std::nan("") : space.nearest(axis, *value);
    if (!std::isnan(x)) {
      place.emplace_back(axis, x, AxisPrior::kUsualWidth, space);
    }
  }
  return place;
}

}  // namespace

std::vector<Belief::Place> related_places(const RelatedTask& task, const CompiledSpace& space) {
  const auto share = std::ceil(kShare * static_cast<double>(task.results.size()));
  const std::size_t most = std::clamp(static_cast<std::size_t>(share), std::size_t{1}, kMost);
  std::vector<Belief::Place> places;
  for (const KnownResult& each : task.results) {
    Belief::Place place = place_of(each.config, space);
    if (!place.empty() && places.size() < most) {
      places.push_back(std::move(place));
    }
  }
  return places;
}

}  // namespace luthier
