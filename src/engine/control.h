// What a person asks of a running experiment, and whether it can be asked now.
#pragma once

#include <string>
#include <string_view>

#include "core/log/log_words.h"
#include "core/state/experiment_state.h"

namespace luthier {

struct ControlRequest {
  RequestKind request = RequestKind::stop;
  TrialId trial{-1};  // -1: the whole experiment
  std::string who;
  std::string id;
};

// A request in words. An error says which there are.
Result<RequestKind> read_request(std::string_view text, TrialId trial);
// The error says what stands against the request; nothing happens then.
Result<> check(const ExperimentState& state, const ControlRequest& request);

}  // namespace luthier
