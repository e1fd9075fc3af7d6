#include "search/points/explored.h"

#include <bit>
#include <cmath>

#include "base/format.h"
#include "search/points/mixing.h"
#include "search/points/point_walk.h"

namespace luthier {
namespace {

constexpr int kDraws = 200;                 // all repeated: few are left, look for them one by one
constexpr std::uint64_t kSteps = 1U << 20;  // of a walk; a bound for the time of one suggestion

std::uint64_t key_of(const CompiledSpace& space, const Config& config) {
  const std::vector<double> point = space.encode(config);
  std::uint64_t key = 0;
  for (std::size_t axis = 0; axis < point.size(); ++axis) {
    const std::uint64_t part =
        std::isnan(point[axis])
            ? 1
            : std::bit_cast<std::uint64_t>(space.cell(axis, point[axis]).first) + 2;
    key = mix(key ^ mix(part));
  }
  return key;
}

Exhausted all_tried(std::size_t tried) {
  return {tried == 1 ? "the only configuration of the space was tried"
                     : formatted("all {} different configurations of the space were tried", tried)};
}

}  // namespace

void Explored::add(const CompiledSpace& space, const Config& config) {
  if (space.cardinality()) {
    keys_.insert(key_of(space, config));
  }
}

bool Explored::contains(const CompiledSpace& space, const Config& config) const {
  return !keys_.empty() && keys_.contains(key_of(space, config));
}

Suggestion Explored::first_new(const CompiledSpace& space,
                               std::uint64_t cell,
                               const Draw& draw,
                               std::string_view reason) const {
  const auto cardinality = space.cardinality();
  if (cardinality && keys_.size() >= *cardinality) {
    return all_tried(keys_.size());
  }
  for (int i = 0; i < kDraws; ++i) {
    auto config = draw(cell);
    if (!config) {
      return Exhausted{config.error().message};
    }
    if (!cardinality || !contains(space, *config)) {
      return Proposal{.config = std::move(*config), .reason = std::string(reason)};
    }
  }
  return walk(space, cell);
}

Suggestion Explored::as_declared(const ExperimentView& view,
                                 TrialId trial,
                                 std::string_view reason) const {
  const auto number = static_cast<std::uint64_t>(trial.value);
  const CompiledSpace& space = view.space();
  Rng rng(view.seed(), "space", number);
  return first_new(
      space,
      number % space.grid_size(),
      [&](std::uint64_t cell) { return space.sample(rng, cell); },
      reason);
}

Suggestion Explored::walk(const CompiledSpace& space, std::uint64_t cell) const {
  std::uint64_t steps = 0;
  for (std::uint64_t i = 0; i < space.grid_size(); ++i) {
    const std::uint64_t here = (cell + i) % space.grid_size();
    for (PointWalk walk(space, here); !walk.done(); walk.advance()) {
      if (++steps > kSteps) {
        return Exhausted{
            formatted("no new configuration was found among {} that were looked at after {} were "
                      "tried: widen the space or loosen its constraints",
                      kSteps,
                      keys_.size())};
      }
      Config config = space.decode(walk.point());
      if (space.satisfies_constraints(config) && !contains(space, config)) {
        return Proposal{.config = std::move(config), .reason = "one of the last that were left"};
      }
    }
  }
  return all_tried(keys_.size());
}

}  // namespace luthier
