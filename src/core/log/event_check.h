// Whether an event can come next in an experiment's log. A stored log is a stranger's data: one
// whose checksums are right may still say what no controller writes, and nothing may act on that.
#pragma once

#include "core/state/experiment_state.h"

namespace luthier {

// Precondition of everything that is done with an event: applying it, asking advisors about it.
// corruption: it contradicts the log before it, or says what no version of this program says.
Result<> check_event(const ExperimentState& state, const Event& event);

// "trials/00042/checkpoints/000010": the only form of a stored checkpoint's directory.
bool is_checkpoint_directory(TrialId trial, std::string_view directory);

}  // namespace luthier
