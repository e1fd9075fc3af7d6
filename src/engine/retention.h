// Which checkpoints of a trial may go: all but the wanted number, never the newest, nor one that a
// clone still needs.
#pragma once

#include <string>
#include <vector>

#include "core/state/experiment_state.h"

namespace luthier {

// In the order in which they go: oldest or worst first.
std::vector<CheckpointId> superfluous_checkpoints(const ExperimentState& state, TrialId trial);

// How many checkpoints of the trial lie in that directory: its files are needed by each of them.
std::ptrdiff_t checkpoints_in(const ExperimentState& state,
                              TrialId trial,
                              const std::string& directory);

}  // namespace luthier
