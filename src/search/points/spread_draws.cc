#include "search/points/spread_draws.h"

#include <algorithm>

namespace luthier {

double SpreadDraws::guided_share(std::uint64_t number) const {
  return std::min(1 - options_.random_fraction,
                  options_.guided_trials / static_cast<double>(number + 1));
}

void SpreadDraws::add(const CompiledSpace& space, const Config& config) {
  if (!tried_) {
    tried_.emplace(space);
  }
  tried_->add(space, config);
}

Suggestion SpreadDraws::draw(const ExperimentView& view,
                             TrialId trial,
                             const Explored& explored,
                             std::string_view why) const {
  const auto number = static_cast<std::uint64_t>(trial.value);
  const CompiledSpace& space = view.space();
  Rng rng(view.seed(), "space", number);
  return explored.first_new(
      space,
      number % space.grid_size(),
      [&](std::uint64_t cell) {
        return tried_ ? tried_->farthest_draw(space, cell, options_.spacing, rng)
                      : space.sample(rng, cell);
      },
      why);
}

}  // namespace luthier
