#include "search/points/sequence_search.h"

#include <algorithm>
#include <cmath>

#include "search/points/explored.h"

namespace luthier {
namespace {

class SequenceSearch : public Searcher {
 public:
  explicit SequenceSearch(SequenceOptions options) : options_(std::move(options)) {}

  Suggestion suggest(const ExperimentView& view, TrialId trial) const override {
    Cursor cursor = cursor_of(view, trial);
    return next(view, trial, cursor);
  }

  void on_trial_added(const ExperimentView& view, TrialId trial) override {
    if (next_.empty()) {
      next_.resize(static_cast<std::size_t>(std::min(view.space().grid_size(), kMostCells)));
    }
    // Whoever proposed the configuration: the sequence goes on behind the point it offered, if that
    // was the one taken.
    Cursor cursor = cursor_of(view, trial);
    const Config config = view.config(trial);
    const Suggestion offered = next(view, trial, cursor);
    const auto* proposal = std::get_if<Proposal>(&offered);
    if (proposal != nullptr && proposal->config == config) {
      next_[cursor.cell % next_.size()] = cursor.index;
    }
    explored_.add(view.space(), config);
  }
  void on_trial_changed(const ExperimentView& view, TrialId trial) override {
    explored_.add(view.space(), view.config(trial));
  }

 private:
  // Grids beyond share their counters: points are then skipped, never repeated.
  static constexpr std::uint64_t kMostCells = 1U << 20;

  struct Cursor {
    std::uint64_t cell = 0;
    std::uint64_t index = 0;  // of the cell's sequence
  };

  Cursor cursor_of(const ExperimentView& view, TrialId trial) const {
    const std::uint64_t cell = static_cast<std::uint64_t>(trial.value) % view.space().grid_size();
    return {.cell = cell, .index = next_.empty() ? 0 : next_[cell % next_.size()]};
  }

  Suggestion next(const ExperimentView& view, TrialId trial, Cursor& cursor) const {
    const CompiledSpace& space = view.space();
    Rng rng(view.seed(), options_.stream, cursor.cell);
    const std::uint64_t seed = rng.bits();
    const std::vector<double> grid = space.grid_point(cursor.cell);
    Rng fallback(view.seed(), "space", static_cast<std::uint64_t>(trial.value));
    const auto draw = [&](std::uint64_t cell) -> Result<Config> {
      for (int i = 0; i < CompiledSpace::kMaximumDraws; ++i) {
        std::vector<double> point = sequence(space)(cursor.index++, seed);
        for (std::size_t axis = 0; axis < point.size(); ++axis) {
          point[axis] = std::isnan(grid[axis]) ? point[axis] : grid[axis];
        }
        Config config = space.decode(point);
        if (space.satisfies_constraints(config)) {
          return config;
        }
      }
      return space.sample(fallback, cell);  // whose error names the constraint
    };
    return explored_.first_new(space, cursor.cell, draw, options_.reason);
  }

  const PointAt& sequence(const CompiledSpace& space) const {
    if (!sequence_) {
      sequence_ = options_.make(space.axes().size());
    }
    return sequence_;
  }

  SequenceOptions options_;
  Explored explored_;
  mutable PointAt sequence_;         // a function of the space only
  std::vector<std::uint64_t> next_;  // index to go on from, by cell
};

}  // namespace

std::unique_ptr<Searcher> search_along(SequenceOptions options) {
  return std::make_unique<SequenceSearch>(std::move(options));
}

}  // namespace luthier
