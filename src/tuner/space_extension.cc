#include "tuner/space_extension.h"

#include <algorithm>

#include "base/failure.h"
#include "base/format.h"
#include "base/text.h"
#include "base/try.h"
#include "core/space/fitting.h"
#include "core/space/space_change.h"
#include "core/state/related_check.h"
#include "engine/advisors.h"
#include "laboratory/simulation/simulation_options.h"
#include "search/priors/related_places.h"
#include "tuner/stored/earlier_results.h"

namespace luthier {
namespace {

bool changes_parameters(const std::string& scheduler) {
  return scheduler == "pbt" || scheduler == "pb2" || scheduler == "pbt_replay";
}

Result<> check_experiment(const ExperimentState& state, const PluginRegistry& plugins) {
  const ExperimentSpec& spec = state.spec();
  if (state.count(TrialState::pending) + state.count(TrialState::running) +
          state.count(TrialState::paused) >
      0) {
    return failure(ErrorCode::invalid_argument,
                   "{} has trials that have not ended, and their values may be outside of another "
                   "space; let them end with `luthier resume {}`, then change it",
                   spec.name,
                   spec.name);
  }
  if (spec.executor == kSimulatedExecutor) {
    return failure(ErrorCode::invalid_argument,
                   "{} is a simulation, whose space is that of its benchmark; simulate another one",
                   spec.name);
  }
  if (changes_parameters(spec.scheduler.name)) {
    return failure(
        ErrorCode::invalid_argument,
        "scheduler '{}' changes parameters as it goes, so the space stays; start another "
        "experiment with --related {}",
        spec.scheduler.name,
        spec.name);
  }
  if (plugins.searcher(spec.searcher.name) == nullptr) {
    return failure(ErrorCode::invalid_argument,
                   "searcher '{}' is a program's own and knows only the space that it began with; "
                   "start another experiment",
                   spec.searcher.name);
  }
  return {};
}

}  // namespace

Result<Space> checked_space_change(const ExperimentState& state,
                                   const Space& changes,
                                   const PluginRegistry& plugins) {
  LUTHIER_TRY(check_experiment(state, plugins));
  LUTHIER_TAKE(auto space, changed_space(state.spec().space, changes));
  ExperimentSpec spec = state.spec();
  spec.space = space;
  spec.known.clear();  // they are trials, which may lie outside
  if (!is_point(state)) {
    spec.points.clear();
  }
  LUTHIER_TRY(plugins.resolve(spec));
  return space;
}

std::string space_change_text(const Space& before, const Space& now) {
  std::vector<std::string> changes;
  for (const Parameter& parameter : now.parameters()) {
    const auto same = std::ranges::find(before.parameters(), parameter.name, &Parameter::name);
    if (same != before.parameters().end() && !(same->domain == parameter.domain)) {
      changes.push_back(formatted(
          "{}={}, not {}", parameter.name, to_text(parameter.domain), to_text(same->domain)));
    }
  }
  return changes.empty() ? "the space is as it was"
                         : formatted("from here on {}", join(changes, "; "));
}

std::optional<RelatedTask> results_outside(const ExperimentState& state) {
  RelatedTask task{.name = state.spec().name + " before its space changed", .results = {}};
  for (std::int64_t i = 0; i < state.trial_count(); ++i) {
    KnownResult result{.config = state.config({i}),
                       .metrics = state.best_metrics({i}),
                       .training_iteration = std::max<std::int64_t>(1, state.iteration({i}))};
    if (!is_whole_in(state.space(), result.config) &&
        has_objectives(result.metrics, state.objectives())) {
      task.results.push_back(std::move(result));
    }
  }
  if (task.results.empty()) {
    return std::nullopt;
  }
  auto ordered = ordered_related(state.spec(), task);
  return ordered ? std::optional(*std::move(ordered)) : std::nullopt;
}

}  // namespace luthier
