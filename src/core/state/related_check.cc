#include "core/state/related_check.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/failure.h"
#include "base/try.h"
#include "core/pareto/pareto_order.h"
#include "core/state/ranked_loss.h"
#include "core/state/requirements.h"
#include "core/state/trial_score.h"

namespace luthier {
namespace {

Result<> check_result(const ExperimentSpec& spec, const KnownResult& result) {
  for (const Objective& objective : spec.objectives) {
    const Value* value = result.metrics.find(objective.metric);
    const auto number = value && !value->boolean() ? value->number() : std::nullopt;
    if (!number || !std::isfinite(*number)) {
      return failure(ErrorCode::invalid_argument,
                     "there is no finite number for the objective '{}'",
                     objective.metric);
    }
  }
  return {};
}

Losses ranked(const ExperimentSpec& spec,
              const Requirements& requirements,
              const KnownResult& result) {
  NamedValues values = requirements.begin(result.config);
  requirements.take(values, result.metrics, result.training_iteration);
  return ranked_losses(losses_of(spec.objectives, result.metrics),
                       violation_of(requirements.excess(values)));
}

// Indices, best first; what is equal stays as it was.
std::vector<std::size_t> order_of(std::span<const Losses> losses) {
  if (losses.front().size() > 1) {
    return pareto_order(losses, kMostRelatedResults);
  }
  std::vector<std::size_t> order(losses.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return losses[i].front(); });
  order.resize(std::min(order.size(), kMostRelatedResults));
  return order;
}

}  // namespace

Result<RelatedTask> ordered_related(const ExperimentSpec& spec, const RelatedTask& task) {
  if (task.name.empty()) {
    return failure(ErrorCode::invalid_argument, "a related task has no name; give it one");
  }
  if (task.results.empty()) {
    return failure(ErrorCode::invalid_argument,
                   "the related task '{}' has no result with a finite number for the objective; "
                   "drop it",
                   task.name);
  }
  LUTHIER_TAKE(const auto requirements, Requirements::make(spec));
  std::vector<Losses> losses;
  for (std::size_t i = 0; i < task.results.size(); ++i) {
    if (const auto checked = check_result(spec, task.results[i]); !checked) {
      return failure(ErrorCode::invalid_argument,
                     "the related task '{}', result {}: {}",
                     task.name,
                     i + 1,
                     checked.error().message);
    }
    losses.push_back(ranked(spec, requirements, task.results[i]));
  }
  RelatedTask out{.name = task.name, .results = {}};
  for (const std::size_t i : order_of(losses)) {
    out.results.push_back(task.results[i]);
  }
  return out;
}

}  // namespace luthier
