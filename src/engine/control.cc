#include "engine/control.h"

namespace luthier {
namespace {

Result<> check_experiment(const ControlRequest& request) {
  if (request.request == "stop" || request.request == "pause") {
    return {};
  }
  return Error{
      ErrorCode::invalid_argument,
      "a running experiment can't be asked to '" + request.request + "'; it takes stop and pause"};
}

Result<> check_trial(const ExperimentState& state, const ControlRequest& request) {
  const TrialId trial = request.trial;
  if (!state.has_trial(trial)) {
    return Error{ErrorCode::not_found,
                 "there is no trial " + to_text(trial) + "; the last one is " +
                     to_text(TrialId{state.trial_count() - 1})};
  }
  const TrialState now = state.state(trial);
  if (is_ended(now)) {
    return Error{ErrorCode::invalid_argument,
                 "trial " + to_text(trial) + " is " + std::string(to_text(now)) +
                     " already and can't be asked to " + request.request};
  }
  if (request.request != "stop" && request.request != "pause" && request.request != "resume") {
    return Error{
        ErrorCode::invalid_argument,
        "a trial can't be asked to '" + request.request + "'; it takes stop, pause and resume"};
  }
  if (request.request == "resume" && !state.record(trial).live->held) {
    return Error{ErrorCode::invalid_argument,
                 "trial " + to_text(trial) + " is " + std::string(to_text(now)) +
                     " and not paused by a person; there is nothing to resume"};
  }
  return {};
}

}  // namespace

Result<> check(const ExperimentState& state, const ControlRequest& request) {
  return request.trial.value < 0 ? check_experiment(request) : check_trial(state, request);
}

}  // namespace luthier
