// Random trials beside those that a search guides: a share of all, each the farthest of some draws
// from what was tried before it.
#pragma once

#include <optional>
#include <string_view>

#include "luthier/searcher.h"
#include "search/points/explored.h"
#include "search/points/spacing.h"

namespace luthier {

struct SpreadDrawsOptions {
  double random_fraction = 0;  // share of the trials that always stays random
  double guided_trials = 0;    // after n trials no more than guided_trials / n are guided
  std::int64_t spacing = 1;    // draws for each random trial
};

class SpreadDraws {
 public:
  explicit SpreadDraws(const SpreadDrawsOptions& options) : options_(options) {}

  // The chance that the trial of this number is guided.
  double guided_share(std::uint64_t number) const;
  void add(const CompiledSpace& space, const Config& config);  // it is tried
  // One that is not in `explored`, as far as there is one. `why`: the reason of the proposal.
  Suggestion draw(const ExperimentView& view,
                  TrialId trial,
                  const Explored& explored,
                  std::string_view why) const;
  // Of what was tried; nothing was: null.
  const Spacing* tried() const { return tried_ ? &*tried_ : nullptr; }

 private:
  SpreadDrawsOptions options_;
  std::optional<Spacing> tried_;
};

}  // namespace luthier
