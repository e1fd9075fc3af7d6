#include "core/log/event_check.h"

#include <algorithm>
#include <cmath>

#include "base/failure.h"
#include "base/format.h"
#include "core/space/space_change.h"

namespace luthier {
namespace {

// Far beyond every clock and every training, and far enough from the end of 64 bits to be added to.
constexpr TimePoint kLastTime = TimePoint{1} << 61;
constexpr std::int64_t kMostIterations = std::int64_t{1} << 53;
constexpr std::int64_t kMostBytes = std::int64_t{1} << 61;

bool is_amount(double amount) {
  return std::isfinite(amount) && amount >= 0;
}

// One overload for each kind of event: whether it can be the next one.
struct Check {
  const ExperimentState& state;

  bool known(TrialId trial) const { return state.has_trial(trial); }
  bool live(TrialId trial) const { return known(trial) && state.record(trial).live != nullptr; }
  bool running(TrialId trial) const {
    return live(trial) && state.state(trial) == TrialState::running;
  }
  bool current(TrialId trial, std::int64_t attempt) const {
    return running(trial) && state.record(trial).attempts == attempt;
  }
  bool kept(CheckpointId checkpoint) const { return state.checkpoints().contains(checkpoint); }

  bool operator()(const ExperimentCreated& /*created*/) const { return !state.created(); }

  bool operator()(const ControllerStarted& started) const { return started.jobs >= 0; }

  bool operator()(const TrialAdded& added) const {
    const Resources& claim = added.resources;
    return added.trial.value == state.trial_count() && is_amount(claim.cpu) &&
           is_amount(claim.gpu) && claim.memory_bytes >= 0 && claim.memory_bytes <= kMostBytes &&
           std::ranges::all_of(claim.custom,
                               [](const auto& each) { return is_amount(each.second); });
  }

  bool operator()(const SearchEnded& /*ended*/) const { return true; }

  bool operator()(const TrialChosen& chosen) const {
    const Choice& choice = chosen.choice;
    if (!live(choice.trial) || state.record(choice.trial).live->choice) {
      return false;
    }
    const TrialState now = state.state(choice.trial);
    if (choice.kind == ChoiceKind::stop) {
      return now == TrialState::paused;
    }
    return (now == TrialState::pending || now == TrialState::paused) &&
           (!choice.checkpoint || kept(*choice.checkpoint));
  }

  bool operator()(const AttemptStarted& started) const {
    if (!live(started.trial)) {
      return false;
    }
    const TrialRecord& record = state.record(started.trial);
    const bool same_segment = started.segment == record.segment && record.segment > 0;
    return record.live->choice && started.attempt == record.attempts + 1 &&
           (same_segment || started.segment == record.segment + 1) && started.base_iteration >= 0 &&
           started.base_iteration <= kMostIterations;
  }

  bool operator()(const ResultReported& reported) const {
    return current(reported.trial, reported.attempt) &&
           reported.training_iteration > state.iteration(reported.trial) &&
           reported.training_iteration <= kMostIterations;
  }

  bool operator()(const ResultRepeated& repeated) const {
    return current(repeated.trial, repeated.attempt);
  }

  bool operator()(const DecisionMade& made) const {
    return running(made.trial) && made.training_iteration == state.iteration(made.trial);
  }

  bool operator()(const CheckpointCommitted& committed) const {
    return known(committed.trial) && committed.checkpoint == state.next_checkpoint() &&
           committed.training_iteration >= 0 && committed.training_iteration <= kMostIterations &&
           is_checkpoint_directory(committed.trial, committed.directory);
  }

  bool operator()(const CheckpointRemoved& removed) const { return kept(removed.checkpoint); }

  bool operator()(const AttemptEnded& ended) const { return current(ended.trial, ended.attempt); }

  bool operator()(const TrialPaused& paused) const { return live(paused.trial); }

  bool operator()(const TrialRequeued& requeued) const {
    return live(requeued.trial) && requeued.not_before >= 0 && requeued.not_before <= kLastTime;
  }

  bool operator()(const TrialEnded& ended) const {
    return live(ended.trial) && is_ended(ended.state);
  }

  bool operator()(const ControlRequested& request) const {
    return request.trial.value < 0 || known(request.trial);
  }

  bool operator()(const LimitReached& limit) const {
    return limit.trial.value < 0 || live(limit.trial);
  }

  bool operator()(const LimitsChanged& limits) const {
    return limits.samples >= 0 && is_amount(limits.time_budget_s) &&
           limits.time_budget_s <= kLongestSeconds &&
           (limits.space.empty() || is_change_of_space(limits.space));
  }

  // Trials that have not ended would go on with values that nobody can judge.
  bool is_change_of_space(const std::string& json) const {
    const auto after = parse_space_json(json);
    return after && is_change_of(state.space().declaration(), *after) &&
           CompiledSpace::compile(*after) &&
           state.count(TrialState::pending) + state.count(TrialState::running) +
                   state.count(TrialState::paused) ==
               0;
  }

  bool operator()(const ControllerStopped& /*stopped*/) const { return true; }
  bool operator()(const Note& /*note*/) const { return true; }
  bool operator()(const Heartbeat& /*heartbeat*/) const { return true; }
  bool operator()(const OutputUnderstood& /*understood*/) const {
    return state.understanding().empty();
  }
};

}  // namespace

bool is_checkpoint_directory(TrialId trial, std::string_view directory) {
  const std::string parent = formatted("trials/{}/checkpoints/", to_text(trial));
  if (!directory.starts_with(parent)) {
    return false;
  }
  const std::string_view name = directory.substr(parent.size());
  return !name.empty() &&
         std::ranges::all_of(name, [](char c) { return (c >= '0' && c <= '9') || c == '-'; });
}

Result<> check_event(const ExperimentState& state, const Event& event) {
  const bool first = state.sequence() == 0;
  if (event.sequence == state.sequence() + 1 && event.time >= 0 && event.time <= kLastTime &&
      first == std::holds_alternative<ExperimentCreated>(event.body) &&
      std::visit(Check{state}, event.body)) {
    return {};
  }
  return failure(ErrorCode::corruption,
                 "event {} ({}) contradicts the log before it; the log was not written by this "
                 "program or is damaged: run `luthier doctor`",
                 event.sequence,
                 kind_name(event.body));
}

}  // namespace luthier
