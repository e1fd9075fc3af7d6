#include "engine/advisors.h"

#include <utility>

namespace luthier {

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
  if (chosen && chosen->chosen_by == names_.scheduler) {
    scheduler_->on_choice(state, chosen->choice);
  }
}

std::optional<Decision> Advisors::after(const ExperimentState& state, const Event& event) {
  if (const auto* reported = std::get_if<ResultReported>(&event.body)) {
    const TrialResult result{reported->training_iteration, reported->metrics, event.time};
    searcher_->on_result(state, reported->trial, result);
    return scheduler_->on_result(state, reported->trial, result);
  }
  if (const auto* added = std::get_if<TrialAdded>(&event.body)) {
    searcher_->on_trial_added(state, added->trial);
    scheduler_->on_trial_added(state, added->trial);
  } else if (const auto* ended = std::get_if<TrialEnded>(&event.body)) {
    searcher_->on_trial_ended(state, ended->trial);
    scheduler_->on_trial_ended(state, ended->trial);
  } else if (const auto* started = std::get_if<AttemptStarted>(&event.body); started && changing_) {
    searcher_->on_trial_changed(state, started->trial);
  }
  return std::nullopt;
}

// Configurations to try first replace the values the searcher would draw; what they leave open is
// an independent draw.
Suggestion Advisors::suggest_point(const ExperimentState& state, TrialId trial) const {
  const CompiledSpace& space = state.space();
  const Config& point = state.spec().points[static_cast<std::size_t>(trial.value)];
  Rng rng(state.seed(), "points", static_cast<std::uint64_t>(trial.value));
  auto drawn = space.sample(rng, static_cast<std::uint64_t>(trial.value) % space.grid_size());
  if (!drawn) {
    return Exhausted{drawn.error().message};
  }
  std::vector<double> coordinates = space.encode(*drawn);
  const std::vector<double> given = space.encode(point);
  for (std::size_t i = 0; i < given.size(); ++i) {
    if (given[i] == given[i]) {
      coordinates[i] = given[i];
    } else if (coordinates[i] != coordinates[i]) {
      coordinates[i] = rng.uniform();
    }
  }
  Config config = space.decode(coordinates);
  for (const auto& [name, value] : point) {
    if (config.contains(name)) {
      config.set(name, value);
    }
  }
  return Proposal{.config = std::move(config), .reason = "given to be tried first"};
}

Suggestion Advisors::suggest(const ExperimentState& state) const {
  const TrialId next{state.trial_count()};
  if (next.value < static_cast<std::int64_t>(state.spec().points.size())) {
    return suggest_point(state, next);
  }
  return searcher_->suggest(state, next);
}

}  // namespace luthier
