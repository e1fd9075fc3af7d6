// What follows when an attempt is over: its trial ends, waits, or is tried again.
#include <algorithm>
#include <cmath>

#include "base/format.h"
#include "base/text.h"
#include "engine/early_failure.h"
#include "engine/plan.h"

namespace luthier {
namespace {

constexpr double kLongestDelay_s = 1e9;

}  // namespace

void Planner::recover(TrialId trial) {
  const LiveTrial& live = *state_.record(trial).live;
  const std::string reason = live.ending_reason;
  switch (live.ending) {
    case Ending::stop:
      return end_trial(trial, TrialState::stopped, reason);
    case Ending::complete:
      return end_trial(trial, TrialState::completed, reason);
    case Ending::pause:
    case Ending::hold:
      emit(TrialPaused{trial, reason, live.ending == Ending::hold});
      return;
    case Ending::none:
      break;
  }
  emit(TrialRequeued{trial, 0, "was running when the controller went away", false});
  // It keeps its slot: what was running goes on before anything new is chosen.
  emit(TrialChosen{
      {.trial = trial, .reason = "was running"}, std::string(to_text(Decider::engine)), 0});
}

void Planner::on_ended(const Ended& ended) {
  if (!is_current(ended.id)) {
    return;
  }
  const TrialId trial = ended.id.trial;
  emit(AttemptEnded{
      trial, ended.id.attempt, ended.outcome, ended.message, ended.exit_status, ended.measured});
  ledger_.release(trial);
  if (ended.outcome == Outcome::unrestorable && state_.record(trial).live->restored) {
    after_damage(trial, ended.message);
  } else {
    after_attempt(trial, ended);
  }
}

// The damaged checkpoint is none any more; its files stay where they are until the experiment is
// resumed. The trial goes on from an older one of its segment, or starts over.
void Planner::after_damage(TrialId trial, const std::string& message) {
  emit(CheckpointRemoved{*state_.record(trial).live->restored});
  const auto older = to_go_on_from(trial);
  const std::string follows =
      older ? "goes on from iteration " +
                  std::to_string(state_.checkpoints().at(*older).training_iteration)
            : "starts over";
  const AttemptId id{trial, state_.record(trial).attempts};
  after_attempt(trial, {id, Outcome::lost, formatted("{}; the trial {}", message, follows), 0});
}

// Its newest checkpoint of this segment, or the one of another trial that the segment began with.
std::optional<CheckpointId> Planner::to_go_on_from(TrialId trial) const {
  const TrialRecord& record = state_.record(trial);
  if (!record.checkpoints.empty() &&
      state_.checkpoints().at(record.checkpoints.back()).segment == record.segment) {
    return record.checkpoints.back();
  }
  return record.live->borrowed;
}

// A trial that saved nothing has to start over. A scheduler that needs checkpoints would pause it
// again and again, so there it fails.
void Planner::after_pause(TrialId trial) {
  const LiveTrial& live = *state_.record(trial).live;
  const bool by_scheduler = live.ending == Ending::pause;
  const bool unsaved = by_scheduler && !live.decisions.empty() && live.decisions.back().save &&
                       !to_go_on_from(trial);
  const std::string what =
      formatted("paused at iteration {} and saved no checkpoint", state_.iteration(trial));
  const std::string scheduler = formatted("scheduler '{}'", advisors_.names().scheduler);
  if (unsaved && advisors_.names().needs_checkpoints) {
    const AttemptId id{trial, state_.record(trial).attempts};
    return after_failure(
        trial,
        {id,
         Outcome::failed,
         formatted("{}, which {} needs; save when asked to, or choose another scheduler",
                   what,
                   scheduler),
         0});
  }
  if (unsaved && !said_unsaved_) {
    said_unsaved_ = true;
    note(
        formatted("trial {} was {}: it starts over when {} goes on with it, as every trial does "
                  "that does not save when asked to",
                  to_text(trial),
                  what,
                  scheduler));
  }
  emit(TrialPaused{trial, live.ending_reason, !by_scheduler});
}

// Of a trial that reported something else only: a slip in the metric's name. Empty when there is
// a value.
std::string Planner::missing_objective(TrialId trial) const {
  const TrialRecord& record = state_.record(trial);
  if (record.results == 0 || record.objective_reported) {
    return {};
  }
  const Metrics last = state_.last_metrics(trial);
  std::vector<std::string> seen;
  for (const auto& [name, value] : last) {
    seen.push_back(name);
  }
  return formatted("returned without a value of '{}'; metrics reported: {}",
                   state_.objectives().front().metric,
                   seen.empty() ? "none" : join(seen, ", "));
}

// It returned by itself, or left as it was asked to.
void Planner::after_attempt(TrialId trial, const Ended& ended) {
  const LiveTrial& live = *state_.record(trial).live;
  const bool returned = ended.outcome == Outcome::returned;
  const bool left =
      returned || ended.outcome == Outcome::paused || ended.outcome == Outcome::stopped;
  if (live.ending == Ending::complete) {
    return end_trial(trial, TrialState::completed, live.ending_reason);
  }
  // Where equal runs are promised, what was decided counts and not which of the two came first.
  const bool stop_counts = live.ending == Ending::stop && state_.spec().deterministic > 0;
  if (returned && !stop_counts) {
    return after_return(trial, ended);
  }
  if (live.ending == Ending::stop) {
    return end_trial(trial, TrialState::stopped, live.ending_reason);
  }
  if (left && live.ending != Ending::none) {
    return after_pause(trial);
  }
  if (live.stop_requested) {
    return end_trial(trial,
                     live.stop_is_rule ? TrialState::completed : TrialState::stopped,
                     live.request_reason);
  }
  if (left && live.pause_requested) {
    emit(TrialPaused{trial, live.request_reason, true});
    return;
  }
  if (!state_.closing_reason().empty() && ended.outcome != Outcome::failed) {
    return end_trial(trial, TrialState::stopped, state_.closing_reason());
  }
  if (leaving() && ended.outcome != Outcome::failed && ended.outcome != Outcome::timed_out) {
    emit(TrialRequeued{trial, 0, leaving_, false});
    return;
  }
  if (ended.outcome == Outcome::lost) {
    emit(TrialRequeued{trial, 0, ended.message, false});
    return;
  }
  after_failure(trial, ended);
}

// It ran to its end by itself, whatever was decided about it meanwhile.
void Planner::after_return(TrialId trial, const Ended& ended) {
  if (const std::string missing = missing_objective(trial); !missing.empty()) {
    return after_failure(trial, {ended.id, Outcome::failed, missing, 0});
  }
  const TrialRecord& record = state_.record(trial);
  std::string reason = "returned after " + counted(record.results, "result");
  if (ended.exit_status != 0) {
    reason += " with exit status " + std::to_string(ended.exit_status);
  }
  if (record.live->ending == Ending::stop) {
    reason = "ran to its end before it could be stopped: " + record.live->ending_reason;
  }
  end_trial(trial, TrialState::completed, std::move(reason));
}

void Planner::after_failure(TrialId trial, const Ended& ended) {
  const bool left = ended.outcome == Outcome::paused || ended.outcome == Outcome::stopped;
  const std::string message = left ? "left without being asked to" : ended.message;
  const TrialRecord& record = state_.record(trial);
  if (record.failures < state_.spec().retries) {
    const double delay_s =
        std::min(state_.spec().retry_delay_s * std::pow(2.0, record.failures), kLongestDelay_s);
    const TimePoint not_before = delay_s > 0 ? now_ + static_cast<TimePoint>(delay_s * 1e6) : 0;
    emit(TrialRequeued{
        trial,
        not_before,
        formatted("retry {} of {} after: {}", record.failures + 1, state_.spec().retries, message),
        true});
    return;
  }
  end_trial(trial, TrialState::failed, message);
  const std::int64_t allowed = state_.spec().max_failures;
  if (allowed >= 0 && state_.total_failed() > allowed && state_.closing_reason().empty()) {
    close_with(
        Limit::max_failures,
        formatted(
            "{} trials failed, {} allowed; the last: {}", state_.total_failed(), allowed, message));
  }
  leave_if_failing_early(trial);
}

// Trials that run are asked to save and are pending again: the experiment can be resumed.
void Planner::leave_if_failing_early(TrialId trial) {
  if (leaving()) {
    return;
  }
  if (std::string reason = failing_early(state_, trial); !reason.empty()) {
    reach(Limit::failing_early, reason);
    leave(reason);
  }
}

void Planner::end_trial(TrialId trial, TrialState state, std::string reason) {
  const auto borrowed = state_.record(trial).live->borrowed;
  emit(TrialEnded{trial, state, std::move(reason)});
  if (state != TrialState::stopped) {
    say_unseen(trial);
  }
  if (borrowed && state_.checkpoints().contains(*borrowed)) {
    prune(state_.checkpoints().at(*borrowed).trial);
  }
  if (state_.closing_reason().empty()) {
    if (std::string plateau = rules_.experiment_plateau(state_); !plateau.empty()) {
      close_with(Limit::stop_rule, std::move(plateau));
    }
  }
}

}  // namespace luthier
