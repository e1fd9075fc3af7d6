// What a person asks of a running experiment, and whether it can be asked now.
#pragma once

#include <string>

#include "core/log/experiment_state.h"

namespace luthier {

struct ControlRequest {
  std::string request;  // "stop", "pause", "resume"
  TrialId trial{-1};    // -1: the whole experiment
  std::string who;
  std::string id;
};

// The error says what stands against the request; nothing happens then.
Result<> check(const ExperimentState& state, const ControlRequest& request);

}  // namespace luthier
