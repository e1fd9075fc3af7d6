#include "engine/control.h"

#include "base/failure.h"
#include "base/format.h"

namespace luthier {
namespace {

Error impossible(std::string_view request, TrialId trial) {
  return {
      ErrorCode::invalid_argument,
      trial.value < 0
          ? formatted("a running experiment can't be asked to '{}'; it takes stop and pause",
                      request)
          : formatted("a trial can't be asked to '{}'; it takes stop, pause and resume", request)};
}

Result<> check_experiment(const ControlRequest& request) {
  if (request.request == RequestKind::stop || request.request == RequestKind::pause) {
    return {};
  }
  return impossible(to_text(request.request), request.trial);
}

Result<> check_trial(const ExperimentState& state, const ControlRequest& request) {
  const TrialId trial = request.trial;
  if (!state.has_trial(trial)) {
    return failure(ErrorCode::not_found,
                   "there is no trial {}; the last one is {}",
                   to_text(trial),
                   to_text(TrialId{state.trial_count() - 1}));
  }
  const TrialState now = state.state(trial);
  if (is_ended(now)) {
    return failure(ErrorCode::invalid_argument,
                   "trial {} is {} already and can't be asked to {}",
                   to_text(trial),
                   to_text(now),
                   to_text(request.request));
  }
  if (request.request == RequestKind::retry) {
    return impossible(to_text(request.request), trial);
  }
  if (request.request == RequestKind::resume && !state.record(trial).live->held) {
    return failure(ErrorCode::invalid_argument,
                   "trial {} is {} and not paused by a person; there is nothing to resume",
                   to_text(trial),
                   to_text(now));
  }
  return {};
}

}  // namespace

Result<RequestKind> read_request(std::string_view text, TrialId trial) {
  const auto request = parse_request(text);
  return request ? Result<RequestKind>(*request) : impossible(text, trial);
}

Result<> check(const ExperimentState& state, const ControlRequest& request) {
  return request.trial.value < 0 ? check_experiment(request) : check_trial(state, request);
}

}  // namespace luthier
