#include "engine/advisors.h"

#include <algorithm>
#include <utility>

#include "core/log/log_words.h"
#include "core/space/completed_config.h"
#include "core/space/fitting.h"

namespace luthier {
namespace {

// Draws of what a given configuration leaves open, until the constraints hold. They may not, and
// then it is the caller's.
constexpr int kMostCompletions = 1000;

}  // namespace

Advisors::Advisors(AdvisorNames names,
                   std::unique_ptr<Searcher> searcher,
                   std::unique_ptr<TrialScheduler> scheduler)
    : names_(std::move(names)), searcher_(std::move(searcher)), scheduler_(std::move(scheduler)) {}

void Advisors::before(const ExperimentState& state, const Event& event) {
  if (const auto* started = std::get_if<AttemptStarted>(&event.body)) {
    const LiveTrial* trial =
        state.has_trial(started->trial) ? state.record(started->trial).live.get() : nullptr;
    changing_ = trial && trial->choice && trial->choice->config;
  }
  const auto* chosen = std::get_if<TrialChosen>(&event.body);
  if (chosen && is_schedulers(*chosen)) {
    scheduler_->on_choice(state, chosen->choice);
  }
}

// What the engine chose itself is not the scheduler's, whatever that is called.
bool Advisors::is_schedulers(const TrialChosen& chosen) const {
  const bool by_engine = chosen.chosen_by == to_text(Decider::engine) && chosen.version == 0;
  return chosen.chosen_by == names_.scheduler && !by_engine;
}

void Advisors::tell_searcher(const ExperimentState& state, const Fact& fact) {
  const Event& event = fact.event;
  if (is_unknown(*trial_of(event.body))) {
    return;
  }
  if (const auto* reported = std::get_if<ResultReported>(&event.body)) {
    searcher_->on_result(
        state,
        reported->trial,
        {reported->training_iteration, reported->metrics, event.time, fact.excess});
  } else if (const auto* ended = std::get_if<TrialEnded>(&event.body)) {
    searcher_->on_trial_ended(state, ended->trial);
  }
}

void Advisors::release(const ExperimentState& state) {
  const std::int64_t lag = state.spec().deterministic;
  const auto rests = [&](TrialState trial) {
    return is_ended(trial) || trial == TrialState::paused;
  };
  while (next_release_.value + lag <= state.trial_count() && rests(state.state(next_release_))) {
    for (const Fact& fact : withheld_[next_release_]) {
      tell_searcher(state, fact);
    }
    withheld_.erase(next_release_);
    ++next_release_.value;
  }
}

// The searcher learns of them as of trials that have ended; the scheduler, which compares running
// trials, does not.
void Advisors::tell_known(const ExperimentState& state, TimePoint time) {
  const auto& known = state.spec().known;
  for (std::size_t i = 0; i < known.size(); ++i) {
    const TrialId trial{static_cast<std::int64_t>(i)};
    searcher_->on_trial_added(state, trial);
    searcher_->on_result(
        state,
        trial,
        {known[i].training_iteration, known[i].metrics, time, state.excess_of(known[i])});
    searcher_->on_trial_ended(state, trial);
  }
  next_release_ = TrialId{state.known_count()};
}

// A trial that ended before the space changed, as the searcher learns of it now: with what it is
// ranked by.
void Advisors::tell_earlier(const ExperimentState& state, TrialId trial, TimePoint time) {
  searcher_->on_trial_added(state, trial);
  KnownResult result{.config = state.config(trial),
                     .metrics = state.best_metrics(trial),
                     .training_iteration = std::max<std::int64_t>(1, state.iteration(trial))};
  if (result.metrics.empty()) {
    result.metrics = state.last_metrics(trial);
  }
  if (!result.metrics.empty()) {
    searcher_->on_result(
        state, trial, {result.training_iteration, result.metrics, time, state.excess_of(result)});
  }
  searcher_->on_trial_ended(state, trial);
}

// Another searcher begins. Of trials outside of the new space it learns what it is made with.
void Advisors::change_space(const ExperimentState& state, TimePoint time) {
  auto made = make_searcher_
                  ? make_searcher_(state)
                  : Error{ErrorCode::corruption, "this searcher can't go on in another space"};
  if (!made) {
    broken_ = made.error();
    return;
  }
  searcher_ = *std::move(made);
  withheld_.clear();
  unknown_.clear();
  for (std::int64_t i = 0; i < state.trial_count(); ++i) {
    if (is_whole_in(state.space(), state.config({i}))) {
      tell_earlier(state, {i}, time);
    } else {
      unknown_.insert({i});
    }
  }
  next_release_ = TrialId{state.trial_count()};
}

std::optional<Decision> Advisors::after(const ExperimentState& state, const Event& event) {
  if (host_ != nullptr) {
    host_->on_event(state, event);
  }
  if (std::holds_alternative<ExperimentCreated>(event.body)) {
    tell_known(state, event.time);
    return std::nullopt;
  }
  const auto* limits = std::get_if<LimitsChanged>(&event.body);
  if (limits != nullptr && !limits->space.empty()) {
    change_space(state, event.time);
    return std::nullopt;
  }
  const auto trial = trial_of(event.body);
  const bool withhold = state.spec().deterministic > 0 && trial && *trial >= next_release_;
  const auto* reported = std::get_if<ResultReported>(&event.body);
  const auto* ended = std::get_if<TrialEnded>(&event.body);
  if (reported || ended) {
    Fact told{event, {}};
    if (reported) {
      std::get<ResultReported>(told.event.body).metrics = state.scored(*trial, reported->metrics);
      told.excess = state.ranked_excess(*trial);
    }
    if (withhold) {
      withheld_[*trial].push_back(std::move(told));
    } else {
      tell_searcher(state, told);
    }
  }
  std::optional<Decision> decision;
  if (reported) {
    decision = scheduler_->on_result(
        state,
        *trial,
        {reported->training_iteration, reported->metrics, event.time, state.last_excess(*trial)});
  } else if (ended) {
    scheduler_->on_trial_ended(state, *trial);
  } else if (const auto* added = std::get_if<TrialAdded>(&event.body)) {
    searcher_->on_trial_added(state, added->trial);
    scheduler_->on_trial_added(state, added->trial);
  } else if (const auto* started = std::get_if<AttemptStarted>(&event.body);
             started && changing_ && !is_unknown(started->trial)) {
    searcher_->on_trial_changed(state, started->trial);
  }
  if (state.spec().deterministic > 0) {
    release(state);
  }
  return decision;
}

Suggestion Advisors::complete(const ExperimentState& state, const Config& given) const {
  const CompiledSpace& space = state.space();
  const auto number = static_cast<std::uint64_t>(state.added_count());
  Rng rng(state.seed(), "points", number);
  Config config;
  for (int draw = 0; draw < kMostCompletions; ++draw) {
    const auto drawn = space.sample(rng, number % space.grid_size());
    if (!drawn) {
      return Exhausted{drawn.error().message};
    }
    config = completed_config(space, given, *drawn, rng);
    if (space.satisfies_constraints(config)) {
      break;
    }
  }
  return Proposal{.config = std::move(config)};
}

bool is_point(const ExperimentState& state) {
  return state.added_count() - state.enqueued_count() <
         static_cast<std::int64_t>(state.spec().points.size());
}

Suggestion Advisors::suggest(const ExperimentState& state) const {
  const TrialId next{state.trial_count()};
  if (is_point(state)) {
    const auto number = static_cast<std::size_t>(state.added_count() - state.enqueued_count());
    Suggestion point = complete(state, state.spec().points[number]);
    if (auto* proposal = std::get_if<Proposal>(&point)) {
      proposal->reason = "given to be tried first";
    }
    return point;
  }
  const std::int64_t lag = state.spec().deterministic;
  if (lag > 0 && next_release_.value + lag <= next.value) {
    return Wait{};  // an earlier trial that this suggestion must know of has not ended
  }
  return searcher_->suggest(state, next);
}

}  // namespace luthier
