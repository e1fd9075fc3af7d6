// Grid search: every cell of the grid in turn, in Ray Tune's order (samples outside, the
// alphabetically first parameter fastest). With grid() parameters the others are drawn at random
// for each cell; without any, a finite space is itself the grid and every configuration comes once.
#include <optional>

#include "base/format.h"
#include "luthier/searcher.h"
#include "search/points/explored.h"
#include "search/points/point_walk.h"

namespace luthier {
namespace {

// The first axis with infinitely many values, if there is one.
const Parameter* infinite_parameter(const CompiledSpace& space) {
  for (const Axis& axis : space.axes()) {
    if (axis.kind == AxisKind::continuous || axis.levels == 0) {
      return &space.parameters()[axis.parameter];
    }
  }
  return nullptr;
}

class GridSearch : public Searcher {
 public:
  Suggestion suggest(const ExperimentView& view, TrialId trial) const override {
    const CompiledSpace& space = view.space();
    if (space.grid_size() > 1) {
      return draw_in_cell(view, trial);
    }
    if (const Parameter* infinite = infinite_parameter(space)) {
      return Exhausted{
          formatted("searcher 'grid' can't enumerate '{}', which has infinitely many values: give "
                    "it grid([...]) or choice([...]), or use searcher 'random'",
                    infinite->name)};
    }
    std::optional<PointWalk> walk = walk_;
    if (!walk) {
      walk.emplace(space, 0);
      skip(space, *walk);
    }
    if (walk->done()) {
      return Exhausted{formatted("all {} configurations of the grid were tried", trial.value)};
    }
    return Proposal{.config = space.decode(walk->point()), .reason = "next of the grid"};
  }

  void on_trial_added(const ExperimentView& view, TrialId trial) override {
    const CompiledSpace& space = view.space();
    explored_.add(space, view.config(trial));
    if (space.grid_size() == 1 && infinite_parameter(space) == nullptr) {
      if (!walk_) {
        walk_.emplace(space, 0);
      }
      skip(space, *walk_);
    }
  }

 private:
  Suggestion draw_in_cell(const ExperimentView& view, TrialId trial) const {
    const auto number = static_cast<std::uint64_t>(trial.value);
    const CompiledSpace& space = view.space();
    const std::uint64_t cell = number % space.grid_size();
    Rng rng(view.seed(), "space", number);
    return explored_.first_new(
        space,
        cell,
        [&](std::uint64_t here) { return space.sample(rng, here); },
        formatted("cell {} of {}", cell + 1, space.grid_size()));
  }

  // To the first configuration, from here on, that is allowed and was not tried.
  void skip(const CompiledSpace& space, PointWalk& walk) const {
    while (!walk.done()) {
      const Config config = space.decode(walk.point());
      if (space.satisfies_constraints(config) && !explored_.contains(space, config)) {
        return;
      }
      walk.advance();
    }
  }

  Explored explored_;
  std::optional<PointWalk> walk_;
};

}  // namespace

SearcherPlugin searcher_grid() {
  return {.info = {.summary = "every cell of the grid in turn; finite spaces completely",
                   .paper = "",
                   .multi_objective = true,
                   .requirements = true},
          .reads_results = false,
          .make = [](const PluginContext&) -> Result<std::unique_ptr<Searcher>> {
            return std::unique_ptr<Searcher>(std::make_unique<GridSearch>());
          }};
}

}  // namespace luthier
