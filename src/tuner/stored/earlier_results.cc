#include "tuner/stored/earlier_results.h"

#include <algorithm>
#include <cmath>

#include "base/failure.h"
#include "base/format.h"
#include "base/text.h"
#include "base/try.h"
#include "tuner/assembly.h"

namespace luthier {
namespace {

std::int64_t iterations_of(const ExperimentState& state, TrialId trial) {
  return state.is_known(trial)
             ? state.spec().known[static_cast<std::size_t>(trial.value)].training_iteration
             : std::max<std::int64_t>(state.iteration(trial), 1);
}

EarlierResult result_of(const ExperimentState& state, TrialId trial, bool by_best) {
  const bool best = by_best && std::isfinite(state.record(trial).best_loss);
  EarlierResult out{
      .result = {.config = best ? state.best_config(trial) : state.config(trial),
                 .metrics = best ? state.best_metrics(trial) : state.last_metrics(trial),
                 .training_iteration = iterations_of(state, trial)},
      .trial = trial};
  out.is_missing = state.state(trial) == TrialState::failed || out.result.metrics.empty();
  return out;
}

}  // namespace

Result<EarlierResults> earlier_results(const std::filesystem::path& results,
                                       const std::string& name,
                                       std::span<const Objective> objectives) {
  LUTHIER_TAKE(const auto directory, find_experiment(results, name));
  LUTHIER_TAKE(const auto state, read_state(directory));
  const bool by_best = objectives.size() == 1 && state->objectives().size() == 1 &&
                       objectives.front() == state->objectives().front();
  EarlierResults out{.name = state->spec().name, .results = {}};
  for (std::int64_t i = 0; i < state->trial_count(); ++i) {
    out.results.push_back(result_of(*state, {i}, by_best));
  }
  return out;
}

bool has_objectives(const Metrics& metrics, std::span<const Objective> objectives) {
  return std::ranges::all_of(objectives, [&](const Objective& objective) {
    const Value* value = metrics.find(objective.metric);
    const auto number = value && !value->boolean() ? value->number() : std::nullopt;
    return number && std::isfinite(*number);
  });
}

Result<RelatedTask> related_task(const std::filesystem::path& results,
                                 const std::string& name,
                                 std::span<const Objective> objectives) {
  LUTHIER_TAKE(auto earlier, earlier_results(results, name, objectives));
  RelatedTask task{.name = earlier.name, .results = {}};
  for (EarlierResult& each : earlier.results) {
    if (!each.is_missing && has_objectives(each.result.metrics, objectives)) {
      task.results.push_back(std::move(each.result));
    }
  }
  if (task.results.empty()) {
    std::vector<std::string> metrics;
    for (const Objective& objective : objectives) {
      metrics.push_back(formatted("'{}'", objective.metric));
    }
    return failure(
        ErrorCode::invalid_argument,
        "no trial of the experiment '{}' has a finite number for {}, so nothing of it is "
        "related",
        name,
        join(metrics, " and "));
  }
  return task;
}

Result<> add_related(const std::filesystem::path& results,
                     std::span<const std::string> names,
                     ExperimentSpec& spec) {
  for (const std::string& name : names) {
    LUTHIER_TAKE(auto task, related_task(results, name, spec.objectives));
    spec.related.push_back(std::move(task));
  }
  return {};
}

}  // namespace luthier
