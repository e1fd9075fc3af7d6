#include "engine/control.h"

#include <cmath>

#include "base/failure.h"
#include "base/format.h"
#include "base/try.h"

namespace luthier {
namespace {

Error impossible(std::string_view request, TrialId trial) {
  return {ErrorCode::invalid_argument,
          trial.value < 0 ? formatted("a running experiment can't be asked to '{}'; it takes stop, "
                                      "pause, extend, retry and enqueue",
                                      request)
                          : formatted("a trial can't be asked to '{}'; it takes stop, pause, "
                                      "resume and retry",
                                      request)};
}

// What makes the experiment longer comes too late where it is about to end.
Result<> check_going_on(const ExperimentState& state, RequestKind request) {
  if (state.closing_reason().empty()) {
    return {};
  }
  return failure(ErrorCode::unavailable,
                 "the experiment is ending ({}); {} it when it has ended",
                 state.closing_reason(),
                 to_text(request));
}

Result<> check_extension(const ExperimentState& state, const ControlRequest& request) {
  const bool samples = request.more_samples > 0;
  const bool time = request.more_time_s > 0 && std::isfinite(request.more_time_s);
  if (request.more_samples < 0 || request.more_time_s < 0 || (!samples && !time)) {
    return failure(ErrorCode::invalid_argument,
                   "nothing to extend by; give more samples, more time, or both");
  }
  if (samples && state.spec().samples <= 0) {
    return failure(ErrorCode::invalid_argument,
                   "the experiment has no limit of samples that could be extended");
  }
  if (time && state.spec().time_budget_s <= 0) {
    return failure(ErrorCode::invalid_argument,
                   "the experiment has no limit of time that could be extended");
  }
  return {};
}

Result<> check_retry(const ExperimentState& state, TrialId trial) {
  if (trial.value < 0 && state.total_failed() == 0) {
    return failure(ErrorCode::invalid_argument, "no trial failed; there is nothing to retry");
  }
  if (trial.value >= 0 && state.state(trial) != TrialState::failed) {
    return failure(ErrorCode::invalid_argument,
                   "trial {} is {}, not failed",
                   to_text(trial),
                   to_text(state.state(trial)));
  }
  return {};
}

Result<> check_experiment(const ExperimentState& state, const ControlRequest& request) {
  switch (request.request) {
    case RequestKind::stop:
    case RequestKind::pause:
      return {};
    case RequestKind::extend:
      LUTHIER_TRY(check_going_on(state, request.request));
      return check_extension(state, request);
    case RequestKind::retry:
      LUTHIER_TRY(check_going_on(state, request.request));
      return check_retry(state, request.trial);
    case RequestKind::enqueue:
      LUTHIER_TRY(check_going_on(state, request.request));
      return state.space().check(request.config);
    case RequestKind::resume:
      break;
  }
  return impossible(to_text(request.request), request.trial);
}

// What a trial that has not ended can be asked.
Result<> check_live(const ExperimentState& state, const ControlRequest& request) {
  const TrialId trial = request.trial;
  const TrialState now = state.state(trial);
  if (is_ended(now)) {
    return Error{ErrorCode::invalid_argument, ended_already(trial, now, request.request)};
  }
  if (request.request == RequestKind::resume && !state.record(trial).live->held) {
    return failure(ErrorCode::invalid_argument,
                   "trial {} is {} and not paused by a person; there is nothing to resume",
                   to_text(trial),
                   to_text(now));
  }
  return {};
}

Result<> check_trial(const ExperimentState& state, const ControlRequest& request) {
  if (!state.has_trial(request.trial)) {
    return failure(ErrorCode::not_found,
                   "there is no trial {}; the last one is {}",
                   to_text(request.trial),
                   to_text(TrialId{state.trial_count() - 1}));
  }
  switch (request.request) {
    case RequestKind::stop:
    case RequestKind::pause:
    case RequestKind::resume:
      return check_live(state, request);
    case RequestKind::retry:
      LUTHIER_TRY(check_going_on(state, request.request));
      return check_retry(state, request.trial);
    case RequestKind::extend:
    case RequestKind::enqueue:
      break;
  }
  return impossible(to_text(request.request), request.trial);
}

}  // namespace

Result<RequestKind> read_request(std::string_view text, TrialId trial) {
  const auto request = parse_request(text);
  return request ? Result<RequestKind>(*request) : impossible(text, trial);
}

Result<> check(const ExperimentState& state, const ControlRequest& request) {
  return request.trial.value < 0 ? check_experiment(state, request) : check_trial(state, request);
}

std::string ended_already(TrialId trial, TrialState state, RequestKind request) {
  return formatted("trial {} {}, so it can't be {}",
                   to_text(trial),
                   state == TrialState::stopped  ? "was already stopped"
                   : state == TrialState::failed ? "has already failed"
                                                 : "has already completed",
                   request == RequestKind::pause    ? "paused"
                   : request == RequestKind::resume ? "resumed"
                                                    : "stopped");
}

}  // namespace luthier
