// What a person asks of a running experiment, and whether it can be asked now. A request with an id
// is done once, however often it comes.
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
  std::string id = {};
  std::int64_t more_samples = 0;  // extend
  double more_time_s = 0;         // extend
  Config config = {};             // enqueue; it may leave parameters open
  std::string file = {};          // what it was read from, where it came as one
};

// A request in words. An error says which there are.
Result<RequestKind> read_request(std::string_view text, TrialId trial);
// The error says what stands against the request; nothing happens then.
Result<> check(const ExperimentState& state, const ControlRequest& request);
// What stands against a request for a trial that has ended.
std::string ended_already(TrialId trial, TrialState state, RequestKind request);

}  // namespace luthier
