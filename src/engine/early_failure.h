// Failing early: the first trials fail alike before any trial gave a value. Whatever is wrong then
// is wrong in every trial, so the engine leaves instead of failing the rest one by one.
#pragma once

#include <string>

#include "core/state/experiment_state.h"

namespace luthier {

// The message with numbers, words that hold digits and the values of `config` made alike, so that
// two trials which failed for one reason give one text.
std::string alike_form(const std::string& message, const Config& config);

// Why the experiment is to be left now that `trial` has failed, a sentence; empty when it is not.
// A limit of failures that the user gave takes the place of this rule.
std::string failing_early(const ExperimentState& state, TrialId trial);

}  // namespace luthier
