#include "engine/plan.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "base/check.h"
#include "base/failure.h"
#include "base/format.h"
#include "base/text.h"
#include "base/try.h"
#include "engine/retention.h"

namespace luthier {
namespace {

// While the trial at the head of the queue waits for room, others that fit may go first: so many at
// a time are considered ...
constexpr std::size_t kLookahead = 8;
// ... and it may be overtaken so often per job slot; then room is kept free for it.
constexpr std::int64_t kOvertakesPerJob = 2;
// A scheduler that chooses nothing gets more trials to choose from, but not without end.
constexpr std::int64_t kMaximumUnchosen = 10000;
// With the engine's idle interval: a second at most between two events of a session.
constexpr TimePoint kHeartbeat = 800'000;
// What an experiment can be extended to.
constexpr std::int64_t kMostSamples = std::int64_t{1} << 53;

// Of each cell of the grid; a cell that was begun counts as whole.
std::int64_t samples_used(const ExperimentState& state) {
  const auto cells = static_cast<std::int64_t>(state.space().grid_size());
  return (state.added_count() + cells - 1) / cells;
}

template <class... Ts>
struct Overloaded : Ts... {
  using Ts::operator()...;
};
template <class... Ts>
Overloaded(Ts...) -> Overloaded<Ts...>;

}  // namespace

Planner::Planner(ExperimentState& state,
                 Advisors& advisors,
                 const Rules& rules,
                 PlannerOptions options)
    : state_(state),
      advisors_(advisors),
      rules_(rules),
      options_(std::move(options)),
      ledger_(options_.inventory, options_.beside_claim, options_.gpus) {}

std::optional<Decision> Planner::emit(EventBody body) {
  Event event{state_.sequence() + 1, std::max(now_, state_.time()), std::move(body)};
  advisors_.before(state_, event);
  const auto applied = state_.apply(event);
  LUTHIER_CHECK(applied.ok(), applied.ok() ? "" : applied.error().message.c_str());
  auto decision = advisors_.after(state_, event);
  events_.push_back(std::move(event));
  return decision;
}

void Planner::create(const ExperimentSpec& spec, const std::string& version) {
  emit(ExperimentCreated{to_json(spec), version});
}

void Planner::begin(const std::string& host,
                    std::int64_t pid,
                    const std::vector<AttemptId>& survivors) {
  emit(ControllerStarted{host, pid, options_.jobs});
  if (state_.count(TrialState::completed) + state_.count(TrialState::failed) == 0) {
    unseen_ = rules_.reads();
  }
  const std::set<AttemptId> alive(survivors.begin(), survivors.end());
  const std::vector<TrialId> were_running(state_.running().begin(), state_.running().end());
  for (const TrialId trial : were_running) {
    const AttemptId id{trial, state_.record(trial).attempts};
    if (alive.contains(id)) {
      const LiveTrial& live = *state_.record(trial).live;
      ledger_.take(trial, live.resources);
      if (live.stop_requested || live.pause_requested || !state_.closing_reason().empty()) {
        interrupt(trial, live.pause_requested);
      }
    } else {
      emit(AttemptEnded{trial, id.attempt, Outcome::lost, "the controller went away", 0, {}});
      recover(trial);
    }
  }
  // Between an attempt's end and the event that says what follows there is no commit, so every
  // other trial is where the log left it.
}

bool Planner::is_current(AttemptId id) const {
  return state_.has_trial(id.trial) && state_.state(id.trial) == TrialState::running &&
         state_.record(id.trial).attempts == id.attempt;
}

void Planner::on_executor_event(const ExecutorEvent& event) {
  std::visit(Overloaded{[&](const Reported& reported) { on_report(reported); },
                        [&](const CheckpointWritten& written) { on_checkpoint(written); },
                        [&](const Ended& ended) { on_ended(ended); },
                        [&](const Unusable& unusable) { on_unusable(unusable); },
                        [&](const UnderstoodOutput& understood) { on_understood(understood); },
                        [&](const Remarked& remarked) { on_remark(remarked); }},
             event);
}

void Planner::on_understood(const UnderstoodOutput& understood) {
  if (state_.understanding().empty()) {
    emit(OutputUnderstood{understood.text});
    if (std::string sentence = options_.other_names ? options_.other_names(understood.text) : "";
        !sentence.empty()) {
      note(std::move(sentence));
    }
  }
}

void Planner::on_remark(const Remarked& remarked) {
  if (remarked.about == Remarked::About::whole_run) {
    return note(remarked.text);
  }
  const bool matters =
      remarked.about != Remarked::About::late_output || advisors_.names().stops_trials;
  if (matters && said_.insert(remarked.about).second) {
    note(formatted("trial {}: {}", to_text(remarked.id.trial), remarked.text));
  }
}

void Planner::on_unusable(const Unusable& unusable) {
  if (unusable.no_program && !leaving()) {
    reach(Limit::no_program, unusable.reason);
  }
  leave(unusable.reason);
}

void Planner::answer(AttemptId id, Reply reply) {
  if (reply.kind == DecisionKind::stop) {
    reply.save = state_.spec().checkpoint_at_end;
  } else if (leaving()) {
    reply.kind = DecisionKind::pause;
    reply.save = true;
  }
  commands_.emplace_back(SendReply{id, reply});
}

void Planner::answer_repeated(const Reported& reported) {
  const LiveTrial& live = *state_.record(reported.id.trial).live;
  Reply decision{reported.training_iteration, DecisionKind::proceed, true};
  const auto found =
      std::ranges::find(live.decisions, reported.training_iteration, &Reply::training_iteration);
  // A pause that the trial has been resumed from is history; it would pause for ever otherwise.
  if (found != live.decisions.end() &&
      (found->kind != DecisionKind::pause || reported.training_iteration > live.resumed_past)) {
    decision = *found;
  }
  if (live.stop_requested) {
    decision.kind = DecisionKind::stop;
  }
  answer(reported.id, decision);
}

void Planner::on_report(const Reported& reported) {
  const AttemptId id = reported.id;
  if (!is_current(id)) {
    commands_.emplace_back(SendReply{id, {reported.training_iteration, DecisionKind::stop, false}});
    return;
  }
  if (reported.training_iteration <= state_.iteration(id.trial)) {
    emit(ResultRepeated{id.trial, id.attempt, reported.training_iteration});
    answer_repeated(reported);
    return;
  }
  check_saved(id.trial);
  see_metrics(reported.metrics);
  auto scheduled =
      emit(ResultReported{id.trial, id.attempt, reported.training_iteration, reported.metrics});
  LUTHIER_CHECK(scheduled, "a result without a decision");
  const TrialResult result{reported.training_iteration, reported.metrics, now_};
  if (options_.stop_if && !state_.record(id.trial).live->stop_requested &&
      options_.stop_if(id.trial, result)) {
    reach(Limit::stop_rule, "the user's stop function said so", id.trial);
  }
  DecisionMade made = rules_.decide(state_,
                                    id.trial,
                                    reported.metrics,
                                    std::move(*scheduled),
                                    advisors_.names().scheduler,
                                    advisors_.names().scheduler_version);
  const Reply stored{made.training_iteration, made.decision.kind, made.decision.save};
  emit(std::move(made));
  answer(id, stored);
}

void Planner::on_checkpoint(const CheckpointWritten& written) {
  const TrialId trial = written.id.trial;
  const std::string directory =
      written.directory.lexically_relative(options_.experiment_directory).string();
  if (!is_current(written.id)) {
    if (!state_.has_trial(trial) || checkpoints_in(state_, trial, directory) == 0) {
      commands_.emplace_back(RemoveCheckpoint{directory});
    }
    return;
  }
  const TrialRecord& record = state_.record(trial);
  if (written.training_iteration < record.live->last_checkpoint_iteration) {
    return;  // told again, after a later one; it may be gone by now
  }
  if (!record.checkpoints.empty()) {
    const CheckpointRecord& newest = state_.checkpoints().at(record.checkpoints.back());
    if (newest.directory == directory && newest.training_iteration == written.training_iteration &&
        newest.segment == record.segment) {
      return;  // told twice
    }
  }
  const auto borrowed = record.live->borrowed;
  emit(CheckpointCommitted{
      state_.next_checkpoint(), trial, written.training_iteration, directory, written.bytes});
  prune(trial);
  if (borrowed && state_.checkpoints().contains(*borrowed)) {
    prune(state_.checkpoints().at(*borrowed).trial);
  }
}

void Planner::prune(TrialId trial) {
  for (const CheckpointId id : superfluous_checkpoints(state_, trial)) {
    const std::string directory = state_.checkpoints().at(id).directory;
    if (checkpoints_in(state_, trial, directory) == 1) {
      commands_.emplace_back(RemoveCheckpoint{directory});
    }
    emit(CheckpointRemoved{id});
  }
}

// Whether the checkpoint is there that the trial was asked for at its last result.
void Planner::check_saved(TrialId trial) {
  const LiveTrial& live = *state_.record(trial).live;
  if (said_unsaved_ || !advisors_.names().needs_checkpoints || live.decisions.empty()) {
    return;
  }
  const Reply& last = live.decisions.back();
  if (last.kind == DecisionKind::checkpoint && last.save &&
      last.training_iteration == state_.iteration(trial) &&
      last.training_iteration > live.last_checkpoint_iteration) {
    said_unsaved_ = true;
    note(
        formatted("trial {} saved no checkpoint when asked to at iteration {}: scheduler '{}' "
                  "can't copy a trial that does not save",
                  to_text(trial),
                  last.training_iteration,
                  advisors_.names().scheduler));
  }
}

void Planner::see_metrics(const Metrics& metrics) {
  if (!unseen_.empty()) {
    std::erase_if(unseen_, [&](const auto& each) { return metrics.contains(each.metric); });
  }
}

// A rule that names what a whole trial did not report is most likely misspelt.
void Planner::say_unseen(TrialId trial) {
  if (unseen_.empty() || state_.record(trial).results == 0) {
    return;
  }
  std::vector<std::string> seen;
  for (const auto& [name, value] : state_.last_metrics(trial)) {
    seen.push_back(name);
  }
  for (const auto& [metric, reader] : unseen_) {
    const auto meant = closest_name(metric, seen);
    note(formatted("trial {} reported no '{}', which {} reads; its metrics: {}{}",
                   to_text(trial),
                   metric,
                   reader,
                   join(seen, ", "),
                   meant ? formatted(" (did you mean '{}'?)", *meant) : ""));
  }
  unseen_.clear();
}

void Planner::reach(Limit limit, std::string reason, TrialId trial) {
  emit(LimitReached{std::string(to_text(limit)), trial, std::move(reason)});
}

void Planner::close_with(Limit limit, std::string reason) {
  reach(limit, std::move(reason));
  interrupt_running(false);
}

void Planner::interrupt(TrialId trial, bool pause) {
  const bool save = pause || state_.spec().checkpoint_at_end;
  commands_.emplace_back(Interrupt{{trial, state_.record(trial).attempts}, pause, save});
}

void Planner::interrupt_running(bool pause) {
  for (const TrialId trial : state_.running()) {
    interrupt(trial, pause);
  }
}

void Planner::leave(const std::string& reason) {
  if (leaving()) {
    return;
  }
  leaving_ = reason;
  interrupt_running(true);
}

std::string Planner::answer_interrupt(std::string_view signal) {
  const auto running = static_cast<std::int64_t>(state_.running().size());
  if (running == 0 || leaving() || left_) {
    return {};
  }
  std::string answer = formatted(
      "interrupted: waiting for {} to save and leave, at most {} s for one that "
      "can't save; a second {} leaves at once. `resume` continues it either way",
      counted(running, "running trial"),
      format_number(state_.spec().grace_s),
      signal);
  note(answer);
  return answer;
}

void Planner::leave_now() {
  if (!left_) {
    stop(false, leaving_);
  }
}

Result<TrialId> Planner::on_control(const ControlRequest& request) {
  if (const auto done = state_.requested(request.id)) {
    return *done;
  }
  LUTHIER_TRY(check(state_, request));
  if (request.request == RequestKind::enqueue) {
    return enqueue(request);
  }
  emit(ControlRequested{
      std::string(to_text(request.request)), request.trial, request.who, request.id});
  if (request.trial.value >= 0) {
    control_trial(request);
  } else {
    control_experiment(request);
  }
  return request.trial;
}

void Planner::control_experiment(const ControlRequest& request) {
  if (request.request == RequestKind::stop) {
    interrupt_running(false);
  } else if (request.request == RequestKind::extend) {
    extend(request.more_samples, request.more_time_s);
  } else if (request.request == RequestKind::retry) {
    retry_all(request.who);
  } else {
    leave("paused by " + request.who);
  }
}

void Planner::control_trial(const ControlRequest& request) {
  const TrialId trial = request.trial;
  if (request.request == RequestKind::retry) {
    return;  // the request itself makes it pending
  }
  if (request.request == RequestKind::resume) {
    emit(TrialRequeued{trial, 0, "resumed by " + request.who, false});
  } else if (state_.state(trial) == TrialState::running) {
    interrupt(trial, request.request == RequestKind::pause);
  } else if (request.request == RequestKind::stop) {
    end_trial(trial, TrialState::stopped, "stopped by " + request.who);
  } else {
    emit(TrialPaused{trial, "paused by " + request.who, true});
  }
}

// Where there was no limit, what is added is added to what was used.
void Planner::extend(std::int64_t more_samples,
                     double more_time_s,
                     const std::optional<Space>& space) {
  const ExperimentSpec& spec = state_.spec();
  const std::int64_t samples = spec.samples > 0 ? spec.samples : samples_used(state_);
  const double time_s = std::max(spec.time_budget_s, state_.elapsed_s());
  emit(LimitsChanged{
      more_samples > 0 ? std::min(samples, kMostSamples) + std::min(more_samples, kMostSamples)
                       : spec.samples,
      more_time_s > 0 ? std::min(time_s + more_time_s, kLongestSeconds) : spec.time_budget_s,
      space ? to_json(*space) : std::string()});
}

void Planner::retry_all(const std::string& who) {
  for (std::int64_t i = 0; i < state_.trial_count(); ++i) {
    if (state_.state({i}) == TrialState::failed) {
      retry({i}, who);
    }
  }
}

void Planner::beat() {
  if (!left_ && now_ - state_.time() >= kHeartbeat) {
    emit(Heartbeat{});
  }
}

TimePoint Planner::next_timer() const {
  TimePoint next = kNever;
  if (!state_.delayed().empty() && !leaving()) {
    next = state_.delayed().begin()->first;
  }
  const double budget = state_.spec().time_budget_s;
  if (budget > 0 && state_.closing_reason().empty()) {
    const double left_s = budget - state_.elapsed_s(now_);
    next = std::min(next, now_ + static_cast<TimePoint>(std::ceil(std::max(0.0, left_s) * 1e6)));
  }
  return next;
}

void Planner::on_timers() {
  while (!state_.delayed().empty() && state_.delayed().begin()->first <= now_) {
    const TrialId trial = *state_.delayed().begin()->second.begin();
    reach(Limit::retry_delay, "the delay before the retry is over", trial);
  }
  const double budget = state_.spec().time_budget_s;
  if (budget > 0 && state_.closing_reason().empty() && state_.elapsed_s(now_) >= budget) {
    close_with(Limit::time_budget,
               formatted("the time budget of {} s is used up", format_number(budget)));
  }
}

bool Planner::add_trial() {
  searcher_waits_ = false;
  if (!state_.more_trials()) {
    return false;
  }
  const Sequence seen = state_.sequence();
  Suggestion suggestion = advisors_.suggest(state_);
  if (std::holds_alternative<Wait>(suggestion)) {
    searcher_waits_ = true;
    return false;
  }
  if (auto* exhausted = std::get_if<Exhausted>(&suggestion)) {
    emit(SearchEnded{std::move(exhausted->reason)});
    return false;
  }
  const bool point = is_point(state_);
  add(std::get<Proposal>(std::move(suggestion)),
      seen,
      point ? Proposer{std::string(to_text(Decider::points))} : searcher());
  return true;
}

Planner::Proposer Planner::searcher() const {
  return {advisors_.names().searcher, advisors_.names().searcher_version};
}

void Planner::add(Proposal proposal, Sequence seen, Proposer proposer) {
  const TrialId trial{state_.trial_count()};
  auto resources = rules_.resources_for(proposal.config);
  const std::string impossible =
      resources ? ledger_.infeasible(*resources) : resources.error().message;
  emit(TrialAdded{.trial = trial,
                  .config = std::move(proposal.config),
                  .proposed_by = std::move(proposer.name),
                  .version = proposer.version,
                  .seen = seen,
                  .reason = std::move(proposal.reason),
                  .resources = resources ? *resources : Resources{}});
  if (!impossible.empty()) {
    end_trial(trial, TrialState::failed, "can never run: " + impossible);
  }
}

Result<Proposal> Planner::completed(const Config& config) {
  Suggestion completed = advisors_.complete(state_, config);
  if (const auto* none = std::get_if<Exhausted>(&completed)) {
    return Error{ErrorCode::invalid_argument, none->reason};
  }
  auto& proposal = std::get<Proposal>(completed);
  if (!state_.space().satisfies_constraints(proposal.config)) {
    return failure(
        ErrorCode::invalid_argument,
        "the constraints leave no value for what {} leaves open; give all parameters, or others",
        to_json(config));
  }
  return std::move(proposal);
}

Result<TrialId> Planner::add_given(const Config& config) {
  LUTHIER_TRY(state_.space().check(config));
  if (!state_.more_trials()) {
    return Error{ErrorCode::unavailable,
                 "the experiment takes no further trial; start one with more samples"};
  }
  const Sequence seen = state_.sequence();
  LUTHIER_TAKE(auto proposal, completed(config));
  proposal.reason = "given while the experiment ran";
  add(std::move(proposal), seen, {std::string(to_text(Decider::points))});
  return TrialId{state_.trial_count() - 1};
}

// The trial first, so that the request can name it.
Result<TrialId> Planner::enqueue(const ControlRequest& request) {
  LUTHIER_TRY(state_.space().check(request.config));
  const Sequence seen = state_.sequence();
  LUTHIER_TAKE(auto proposal, completed(request.config));
  proposal.reason = "given by " + request.who;
  add(std::move(proposal), seen, {std::string(to_text(Decider::person))});
  const TrialId trial{state_.trial_count() - 1};
  emit(ControlRequested{std::string(to_text(request.request)), trial, request.who, request.id});
  return trial;
}

bool Planner::choose() {
  auto choice = advisors_.choose(state_);
  if (!choice) {
    return false;
  }
  const bool possible =
      choice->kind == ChoiceKind::run
          ? state_.can_run(choice->trial)
          : state_.has_trial(choice->trial) && state_.paused().contains(choice->trial);
  if (!possible) {
    const std::string now = state_.has_trial(choice->trial)
                                ? std::string(to_text(state_.state(choice->trial)))
                                : "not there";
    close_with(Limit::scheduler_error,
               formatted("scheduler '{}' chose trial {}, which is {} and can't be chosen",
                         advisors_.names().scheduler,
                         to_text(choice->trial),
                         now));
    return false;
  }
  accept(std::move(*choice));
  return true;
}

void Planner::accept(Choice choice) {
  const TrialId trial = choice.trial;
  const ChoiceKind kind = choice.kind;
  const std::string reason = choice.reason;
  const bool completes = choice.completes;
  emit(TrialChosen{
      std::move(choice), advisors_.names().scheduler, advisors_.names().scheduler_version});
  if (kind == ChoiceKind::stop) {
    end_trial(trial, completes ? TrialState::completed : TrialState::stopped, reason);
  }
}

void Planner::start(TrialId trial) {
  const TrialRecord& record = state_.record(trial);
  const LiveTrial& live = *record.live;
  const Choice& choice = *live.choice;
  std::optional<CheckpointId> checkpoint;
  // One that was found damaged after it was chosen is not there any more.
  if (choice.checkpoint && state_.checkpoints().contains(*choice.checkpoint)) {
    checkpoint = choice.checkpoint;
  }
  bool new_segment = record.segment == 0 || choice.config.has_value() ||
                     (checkpoint && state_.checkpoints().at(*checkpoint).trial != trial);
  if (!checkpoint) {
    checkpoint = to_go_on_from(trial);
  }
  if (!checkpoint && (record.state == TrialState::paused || live.segment_base > 0)) {
    new_segment = true;  // it can't go on from where it was paused, or where the segment began
  }
  const CheckpointRecord* from = checkpoint ? &state_.checkpoints().at(*checkpoint) : nullptr;
  const std::int64_t base = from ? from->training_iteration : 0;
  StartAttempt command;
  command.request.id = {trial, record.attempts + 1};
  command.request.config = choice.config ? *choice.config : state_.config(trial);
  command.request.seed =
      Rng(state_.seed(), "trial", static_cast<std::uint64_t>(trial.value)).bits() >> 33;
  command.request.iteration = base;
  command.request.resources = live.resources;
  command.request.devices = ledger_.take(trial, live.resources);
  command.request.understanding = state_.understanding();
  if (state_.spec().trial_timeout_s > 0) {
    command.request.timeout =
        std::chrono::microseconds(static_cast<std::int64_t>(state_.spec().trial_timeout_s * 1e6));
  }
  command.restore_directory = from ? from->directory : "";
  emit(AttemptStarted{.trial = trial,
                      .attempt = record.attempts + 1,
                      .segment = record.segment + (new_segment ? 1 : 0),
                      .checkpoint = checkpoint.value_or(CheckpointId{}),
                      .base_iteration = base,
                      .devices = command.request.devices});
  commands_.emplace_back(std::move(command));
}

bool Planner::head_keeps_room() const {
  return !state_.chosen().empty() &&
         state_.record(state_.chosen().front()).live->overtaken >= kOvertakesPerJob * options_.jobs;
}

// Starts the first chosen trial for which there is room. A head that has waited long enough keeps
// everything behind it waiting too.
bool Planner::start_waiting() {
  if (static_cast<std::int64_t>(state_.running().size()) >= options_.jobs) {
    return false;
  }
  for (const TrialId trial : state_.chosen()) {
    const LiveTrial& live = *state_.record(trial).live;
    if (ledger_.fits(live.resources)) {
      start(trial);
      return true;
    }
    if (live.overtaken >= kOvertakesPerJob * options_.jobs) {
      return false;
    }
  }
  return false;
}

void Planner::schedule() {
  do {
    fill();
  } while (!left_ && options_.jobs > 0 && state_.running().empty() && settle());
}

void Planner::fill() {
  while (!left_ && !leaving() && state_.closing_reason().empty()) {
    if (start_waiting()) {
      continue;
    }
    if (static_cast<std::int64_t>(state_.running().size()) >= options_.jobs ||
        state_.chosen().size() >= kLookahead || head_keeps_room()) {
      return;
    }
    if (choose()) {
      continue;
    }
    // Asked again when the answer may have changed: with a new trial, or now that none will follow.
    const bool had_more = state_.more_trials();
    const bool enough = static_cast<std::int64_t>(state_.pending().size()) > kMaximumUnchosen;
    if (enough || (!add_trial() && had_more == state_.more_trials())) {
      return;
    }
  }
}

void Planner::stop(bool finished, std::string reason) {
  emit(ControllerStopped{finished, std::move(reason)});
  left_ = true;
}

// Nothing runs. Ends what would wait for ever, one trial a call, or the experiment. True: something
// changed, so choosing may go on.
bool Planner::settle() {
  if (leaving() || !state_.closing_reason().empty()) {
    stop(!leaving(), leaving() ? leaving_ : state_.closing_reason());
    return false;
  }
  if (!state_.chosen().empty()) {
    const TrialId head = state_.chosen().front();
    end_trial(head,
              TrialState::failed,
              "can never run: " + ledger_.infeasible(state_.record(head).live->resources));
    return true;
  }
  if (!state_.delayed().empty()) {
    return false;  // a retry is due later
  }
  if (searcher_waits_ && state_.more_trials()) {
    emit(SearchEnded{"the searcher waits although nothing is running"});
    return true;
  }
  if (const auto waiting = state_.first_paused()) {
    end_trial(*waiting, TrialState::stopped, "paused, and nothing will resume it");
    return true;
  }
  if (const auto waiting = state_.first_pending()) {
    end_trial(*waiting, TrialState::stopped, "the scheduler never chose it");
    return true;
  }
  if (const std::int64_t held = state_.held_count(); held > 0) {
    stop(false,
         counted(held, "trial") + (held == 1 ? " is paused by a person; resume or stop it"
                                             : " are paused by a person; resume or stop them"));
    return false;
  }
  stop(true,
       state_.search_ended() ? state_.search_end_reason()
       : state_.added_count() == 1
           ? "the only trial ended"
           : formatted("all {} ended", counted(state_.added_count(), "trial")));
  return false;
}

}  // namespace luthier
