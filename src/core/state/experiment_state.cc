#include "core/state/experiment_state.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/check.h"
#include "base/try.h"
#include "core/log/event_check.h"
#include "core/log/event_codec.h"
#include "core/log/log_words.h"
#include "core/state/known_check.h"
#include "core/state/ranked_loss.h"

namespace luthier {
namespace {

constexpr double kWorst = std::numeric_limits<double>::infinity();
// The plateau rules look back at most this far.
constexpr std::size_t kHistory = 10000;

const StopRule* plateau_rule(const ExperimentSpec& spec) {
  const auto found = std::ranges::find(spec.stop, StopRule::Kind::plateau, &StopRule::kind);
  return found == spec.stop.end() ? nullptr : &*found;
}

// They were complete when they were logged.
Result<> check_known(const CompiledSpace& space, const ExperimentSpec& spec) {
  for (const KnownResult& known : spec.known) {
    LUTHIER_TRY(complete_known(space, spec.objectives, known));
  }
  return {};
}

}  // namespace

// One overload for each kind of event; all have passed check_event.
struct ExperimentState::Apply {
  ExperimentState& state;
  const Event& event;

  TrialRecord& touch(TrialId trial) const {
    TrialRecord& record = state.at(trial);
    record.changed = event.time;
    return record;
  }

  void operator()(const ExperimentCreated& /*created*/) const {}  // see create()

  void operator()(const ControllerStarted& started) const {
    // A session that crashed lasted until its last word, whatever time has passed since.
    state.earlier_sessions_s_ = state.elapsed_s();
    state.session_start_ = std::max(state.time_, event.time);
    state.in_session_ = true;
    state.finished_ = false;
    state.end_reason_.clear();
    state.first_ends_.clear();
    state.early_failure_.clear();
    state.host_ = started.host;
    state.pid_ = started.pid;
    state.jobs_ = started.jobs;
  }

  void operator()(const TrialAdded& added) const {
    TrialRecord record;
    state.keep(added.config, record.config);
    auto proposer = std::ranges::find(state.proposers_, added.proposed_by);
    if (proposer == state.proposers_.end()) {
      proposer = state.proposers_.insert(proposer, added.proposed_by);
    }
    record.proposed_by = static_cast<std::uint32_t>(proposer - state.proposers_.begin());
    record.best_loss = kWorst;
    record.added = record.changed = event.time;
    record.live = std::make_unique<LiveTrial>();
    record.live->resources = added.resources;
    record.live->required = state.requirements_.begin(added.config);
    state.trials_.push_back(std::move(record));
    state.enqueued_ += is_persons(added) ? 1 : 0;
    ++state.counts_[static_cast<std::size_t>(TrialState::pending)];
    state.index(added.trial);
  }

  void operator()(const SearchEnded& ended) const {
    state.search_ended_ = true;
    state.search_end_reason_ = ended.reason;
  }

  void operator()(const TrialChosen& chosen) const {
    const Choice& choice = chosen.choice;
    if (choice.kind == ChoiceKind::stop) {
      return;
    }
    TrialRecord& record = touch(choice.trial);
    state.unindex(choice.trial);
    record.live->choice = choice;
    record.live->overtaken = 0;
    record.reason = choice.reason;
    if (choice.checkpoint && state.checkpoints_.at(*choice.checkpoint).trial != choice.trial) {
      state.release_borrowed(*record.live);
      record.live->borrowed = choice.checkpoint;
      ++state.checkpoints_.at(*choice.checkpoint).clones;
    }
    state.index(choice.trial);
  }

  void operator()(const AttemptStarted& started) const {
    TrialRecord& record = touch(started.trial);
    LiveTrial& trial = *record.live;
    state.unindex(started.trial);
    for (const TrialId waiting : state.chosen_) {
      ++state.at(waiting).live->overtaken;
    }
    if (trial.choice->config) {
      if (record.best_loss < kWorst && record.best_config.empty()) {
        record.best_config = record.config;
      }
      state.keep(*trial.choice->config, record.config);
    }
    if (started.segment != record.segment) {
      record.segment = started.segment;
      record.iteration = started.base_iteration;
      trial.segment_base = started.base_iteration;
      trial.decisions.clear();
      trial.recent_losses.clear();
      trial.score.start_over();
      trial.required = state.requirements_.begin(state.config(started.trial));
    }
    trial.resumed_past = record.iteration;
    trial.restored.reset();
    if (state.checkpoints_.contains(started.checkpoint)) {
      trial.restored = started.checkpoint;
    }
    trial.last_checkpoint_iteration = started.base_iteration;
    trial.choice.reset();
    trial.ending = Ending::none;
    trial.ending_reason.clear();
    trial.attempt_started = event.time;
    trial.devices = started.devices;
    record.attempts = static_cast<std::int32_t>(started.attempt);
    record.reason.clear();
    state.move_to(started.trial, TrialState::running);
  }

  void operator()(const ResultReported& reported) const {
    TrialRecord& record = touch(reported.trial);
    record.iteration = reported.training_iteration;
    ++record.results;
    state.rank(reported.trial, reported.metrics);
    if (const StopRule* rule = plateau_rule(state.spec_)) {
      const Value* value = reported.metrics.find(rule->metric);
      record.live->recent_losses.push_back(value ? value->number().value_or(kWorst) : kWorst);
      if (record.live->recent_losses.size() > static_cast<std::size_t>(rule->window) + 1) {
        record.live->recent_losses.pop_front();
      }
    }
  }

  void operator()(const ResultRepeated& repeated) const { ++touch(repeated.trial).repeated; }

  void operator()(const DecisionMade& made) const {
    LiveTrial& trial = *touch(made.trial).live;
    const Decision& decision = made.decision;
    if (decision.kind == DecisionKind::proceed) {
      return;
    }
    trial.decisions.push_back({made.training_iteration, decision.kind, decision.save});
    if (decision.kind == DecisionKind::stop) {
      trial.ending = decision.completes ? Ending::complete : Ending::stop;
    } else if (decision.kind == DecisionKind::pause) {
      trial.ending = trial.pause_requested ? Ending::hold : Ending::pause;
    }
    trial.ending_reason = decision.reason;
  }

  void operator()(const CheckpointCommitted& committed) const {
    TrialRecord& record = touch(committed.trial);
    state.last_checkpoint_ = committed.checkpoint;
    const bool newest = committed.training_iteration == record.iteration && !record.last.empty();
    const double loss =
        newest ? loss_of(state.spec_.objectives.front(), state.last_metrics(committed.trial))
               : kWorst;
    const double violation = record.live ? violation_of(record.live->excess) : 0;
    state.checkpoints_.emplace(committed.checkpoint,
                               CheckpointRecord{.trial = committed.trial,
                                                .segment = record.segment,
                                                .training_iteration = committed.training_iteration,
                                                .directory = committed.directory,
                                                .loss = ranked_loss(loss, violation)});
    record.checkpoints.push_back(committed.checkpoint);
    if (record.live) {
      record.live->last_checkpoint_iteration = committed.training_iteration;
      state.release_borrowed(*record.live);
    }
  }

  void operator()(const CheckpointRemoved& removed) const {
    const auto found = state.checkpoints_.find(removed.checkpoint);
    if (found->second.clones > 0) {
      state.forget_borrowed(removed.checkpoint);
    }
    std::erase(state.at(found->second.trial).checkpoints, removed.checkpoint);
    state.checkpoints_.erase(found);
  }

  void operator()(const AttemptEnded& ended) const {
    TrialRecord& record = touch(ended.trial);
    record.reason = ended.message;
    record.exit_status = static_cast<std::int32_t>(ended.exit_status);
    record.measured = ended.measured;
    record.live->devices.clear();
    record.live->exit_status = ended.exit_status;
    state.move_to(ended.trial, TrialState::pending);
    state.unindex(ended.trial);  // until the event that says what follows
  }

  void operator()(const TrialPaused& paused) const {
    TrialRecord& record = touch(paused.trial);
    state.unindex(paused.trial);
    record.live->choice.reset();
    state.move_to(paused.trial, TrialState::paused);
    record.live->held = paused.held;
    record.live->ending = Ending::none;
    record.live->pause_requested = false;
    record.reason = paused.reason;
    state.index(paused.trial);
  }

  void operator()(const TrialRequeued& requeued) const {
    TrialRecord& record = touch(requeued.trial);
    state.unindex(requeued.trial);
    record.live->choice.reset();
    state.move_to(requeued.trial, TrialState::pending);
    record.live->not_before = requeued.not_before;
    record.live->held = false;
    record.live->ending = Ending::none;
    record.live->pause_requested = false;
    record.failures += requeued.counts_as_failure ? 1 : 0;
    record.reason = requeued.reason;
    state.index(requeued.trial);
  }

  void operator()(const TrialEnded& ended) const {
    TrialRecord& record = touch(ended.trial);
    state.unindex(ended.trial);
    state.release_borrowed(*record.live);
    state.move_to(ended.trial, ended.state);
    record.reason = ended.reason;
    if (record.attempts > 0 && state.first_ends_.size() < kFirstEnds) {
      const LiveTrial& trial = *record.live;
      state.first_ends_.push_back(
          {ended.trial, event.time - trial.attempt_started, trial.exit_status});
    }
    record.live.reset();
    if (ended.state != TrialState::failed && state.best_) {
      state.best_history_.push_back(state.at(*state.best_).best_loss);
      if (state.best_history_.size() > kHistory) {
        state.best_history_.pop_front();
      }
    }
  }

  void operator()(const ControlRequested& request) const {
    if (!request.id.empty()) {
      state.requests_.emplace(request.id, request.trial);
    }
    const auto asked = parse_request(request.request);
    if (request.trial.value < 0) {
      if (asked == RequestKind::stop) {
        state.closing_reason_ = "stopped by " + request.who;
      }
      return;
    }
    TrialRecord& record = touch(request.trial);
    if (asked == RequestKind::retry && record.state == TrialState::failed) {
      state.reopen(request.trial);
      return;
    }
    if (record.live && asked == RequestKind::stop) {
      record.live->stop_requested = true;
      record.live->request_reason = "stopped by " + request.who;
    } else if (record.live && asked == RequestKind::pause) {
      record.live->pause_requested = true;
      record.live->request_reason = "paused by " + request.who;
    }
  }

  void operator()(const LimitReached& limit) const {
    if (limit.trial.value < 0) {
      (interrupts(limit.limit) ? state.early_failure_ : state.closing_reason_) = limit.reason;
      return;
    }
    LiveTrial& trial = *touch(limit.trial).live;
    const auto reached = parse_limit(limit.limit);
    if (reached == Limit::retry_delay) {
      state.unindex(limit.trial);
      trial.not_before = 0;
      state.index(limit.trial);
    } else {
      trial.stop_requested = true;
      trial.stop_is_rule = reached == Limit::stop_rule;
      trial.request_reason = limit.reason;
    }
  }

  void operator()(const LimitsChanged& limits) const {
    state.spec_.samples = limits.samples;
    state.spec_.time_budget_s = limits.time_budget_s;
    state.closing_reason_.clear();
    state.finished_ = false;
    if (!limits.space.empty()) {
      state.change_space(*parse_space_json(limits.space));  // event_check has read it
    }
  }

  void operator()(const ControllerStopped& stopped) const {
    state.earlier_sessions_s_ = state.elapsed_s(std::max(state.time_, event.time));
    state.in_session_ = false;
    state.finished_ = stopped.finished;
    state.end_reason_ = stopped.reason;
  }

  void operator()(const Note& /*note*/) const {}
  void operator()(const Heartbeat& /*heartbeat*/) const {}
  void operator()(const OutputUnderstood& understood) const {
    state.understanding_ = understood.text;
  }
};

Result<> ExperimentState::apply(const Event& event) {
  LUTHIER_TRY(check_event(*this, event));
  if (const auto* created = std::get_if<ExperimentCreated>(&event.body)) {
    LUTHIER_TRY(create(*created, event.time));
  }
  std::visit(Apply{*this, event}, event.body);
  time_ = std::max(time_, event.time);
  sequence_ = event.sequence;
  return {};
}

void ExperimentState::change_space(Space space) {
  space_ = *compile_shared(space);
  spec_.space = std::move(space);
  space_changed_ = true;
  search_ended_ = false;
  search_end_reason_.clear();
}

Result<> ExperimentState::create(const ExperimentCreated& created, TimePoint time) {
  auto spec = parse_experiment_spec(created.spec);
  auto space = spec ? compile_shared(spec->space, expected_space_) : spec.error();
  auto requirements = space ? Requirements::make(*spec) : space.error();
  if (const auto checked = requirements ? check_known(**space, *spec) : requirements.error();
      !checked) {
    return Error{ErrorCode::corruption,
                 "the experiment that the log begins with is not one that `luthier run` writes: " +
                     checked.error().message};
  }
  spec_ = std::move(*spec);
  space_ = std::move(*space);
  requirements_ = std::move(*requirements);
  expected_space_.reset();
  for (const KnownResult& known : spec_.known) {
    add_known(known, time);
  }
  return {};
}

void ExperimentState::move_to(TrialId trial, TrialState state) {
  TrialRecord& record = at(trial);
  --counts_[static_cast<std::size_t>(record.state)];
  ++counts_[static_cast<std::size_t>(state)];
  if (record.state == TrialState::running) {
    running_.erase(trial);
  }
  record.state = state;
  if (state == TrialState::running) {
    running_.insert(trial);
  }
}

void ExperimentState::index(TrialId trial) {
  const TrialRecord& record = at(trial);
  const LiveTrial& live = *record.live;
  if (live.choice) {
    chosen_.push_back(trial);
  } else if (record.state == TrialState::paused) {
    if (live.held) {
      ++held_;
    } else {
      paused_.insert(trial);
    }
  } else if (record.state == TrialState::pending) {
    if (live.not_before > 0) {
      delayed_[live.not_before].insert(trial);
    } else {
      pending_.insert(trial);
    }
  }
}

void ExperimentState::unindex(TrialId trial) {
  const TrialRecord& record = at(trial);
  const LiveTrial& live = *record.live;
  if (live.choice) {
    std::erase(chosen_, trial);
  } else if (record.state == TrialState::paused) {
    if (live.held) {
      --held_;
    } else {
      paused_.erase(trial);
    }
  } else if (record.state == TrialState::pending) {
    pending_.erase(trial);
    if (const auto found = delayed_.find(live.not_before); found != delayed_.end()) {
      found->second.erase(trial);
      if (found->second.empty()) {
        delayed_.erase(found);
      }
    }
  }
}

void ExperimentState::release_borrowed(LiveTrial& live) {
  if (live.borrowed) {
    if (const auto found = checkpoints_.find(*live.borrowed); found != checkpoints_.end()) {
      --found->second.clones;
    }
    live.borrowed.reset();
  }
}

// Only a damaged checkpoint goes while clones need it, so looking at every trial is affordable.
void ExperimentState::forget_borrowed(CheckpointId checkpoint) {
  for (TrialRecord& record : trials_) {
    if (record.live && record.live->borrowed == checkpoint) {
      record.live->borrowed.reset();
    }
  }
}

void ExperimentState::reopen(TrialId trial) {
  TrialRecord& record = at(trial);
  record.live = std::make_unique<LiveTrial>();
  record.live->required = requirements_.begin(config(trial));
  record.failures = 0;
  move_to(trial, TrialState::pending);
  index(trial);
  closing_reason_.clear();
  finished_ = false;
}

// As if it had been added, run and completed long ago, elsewhere.
void ExperimentState::add_known(const KnownResult& known, TimePoint time) {
  if (proposers_.empty()) {
    proposers_.emplace_back("known");
  }
  TrialRecord record{.state = TrialState::completed};
  keep(known.config, record.config);
  keep(known.metrics, record.last);
  stand(record, loss_of(spec_.objectives.front(), known.metrics), excess_of(known));
  if (record.violation > 0) {
    record.unmet = requirements_.unmet(judged_by(known));
  }
  record.reason = "known before the experiment; it did not run here";
  record.objective_reported = true;
  record.added = record.changed = time;
  trials_.push_back(std::move(record));
  ++counts_[static_cast<std::size_t>(TrialState::completed)];
  place({trial_count() - 1}, kWorst);
}

// Into memory of just the size: growing while it encodes would leave up to as much again.
void ExperimentState::keep(const NamedValues& values, std::string& kept) {
  std::string bytes;
  encode_values(values, bytes);
  kept = bytes;
}

Config ExperimentState::config(TrialId trial) const {
  return decode_values(record(trial).config);
}

Metrics ExperimentState::last_metrics(TrialId trial) const {
  return decode_values(record(trial).last);
}

std::optional<CheckpointId> ExperimentState::checkpoint(TrialId trial) const {
  const auto& kept = record(trial).checkpoints;
  if (kept.empty()) {
    return std::nullopt;
  }
  return kept.back();
}

std::int64_t ExperimentState::checkpoint_iteration(CheckpointId checkpoint) const {
  const auto found = checkpoints_.find(checkpoint);
  LUTHIER_CHECK(found != checkpoints_.end(), "the checkpoint asked for is not kept");
  return found->second.training_iteration;
}

bool ExperimentState::can_run(TrialId trial) const {
  return has_trial(trial) && (pending_.contains(trial) || paused_.contains(trial));
}

std::optional<TrialId> ExperimentState::first_pending() const {
  return pending_.empty() ? std::nullopt : std::optional(*pending_.begin());
}

std::optional<TrialId> ExperimentState::first_paused() const {
  return paused_.empty() ? std::nullopt : std::optional(*paused_.begin());
}

std::int64_t ExperimentState::running_count() const {
  return static_cast<std::int64_t>(running_.size() + chosen_.size()) + count(TrialState::pending) -
         static_cast<std::int64_t>(std::ranges::count_if(
             chosen_, [&](TrialId trial) { return record(trial).state == TrialState::pending; }));
}

std::optional<TrialId> ExperimentState::requested(std::string_view id) const {
  const auto found = requests_.find(id);
  return found == requests_.end() ? std::nullopt : std::optional(found->second);
}

bool ExperimentState::more_trials() const {
  return !search_ended_ && closing_reason_.empty() && added_count() < samples_in_all();
}

std::int64_t ExperimentState::samples_in_all() const {
  constexpr auto kUnlimited = std::numeric_limits<std::int64_t>::max();
  const auto cells = static_cast<double>(space_->grid_size());
  const double all = static_cast<double>(spec_.samples) * cells;
  if (spec_.samples <= 0 || all > 9e15) {
    return kUnlimited;
  }
  return std::max(static_cast<std::int64_t>(all), static_cast<std::int64_t>(spec_.points.size()));
}

double ExperimentState::elapsed_s(TimePoint now) const {
  return earlier_sessions_s_ +
         (in_session_ ? static_cast<double>(now - session_start_) / 1e6 : 0.0);
}

std::optional<std::pair<std::string, std::int64_t>> ExperimentState::controller() const {
  if (host_.empty() && pid_ == 0 && jobs_ == 0) {
    return std::nullopt;
  }
  return std::pair(host_, pid_);
}

}  // namespace luthier
