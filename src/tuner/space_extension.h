// Whether an experiment can go on over another space (`extend --param`).
#pragma once

#include "core/state/experiment_state.h"
#include "luthier/searcher.h"
#include "tuner/plugin_registry.h"

namespace luthier {

// The whole space with `changes` in it. An error says what stands against that and what to do.
Result<Space> checked_space_change(const ExperimentState& state,
                                   const Space& changes,
                                   const PluginRegistry& plugins);

// The parameters whose distribution is another: "from here on x=uniform(-1, 1), not uniform(0, 1)".
std::string space_change_text(const Space& before, const Space& now);

// The results of trials outside of the space that the experiment has now, for a searcher that knows
// related tasks; nothing: there is none.
std::optional<RelatedTask> results_outside(const ExperimentState& state);

}  // namespace luthier
