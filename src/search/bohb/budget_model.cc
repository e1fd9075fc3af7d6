#include "search/bohb/budget_model.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "base/check.h"

namespace luthier::bohb {

void BudgetModel::Side::add(std::int64_t trial, std::span<const double> point) {
  where_[trial] = mixture.size();
  mixture.add(point, trial);
}

std::vector<double> BudgetModel::Side::take(std::int64_t trial) {
  const auto found = where_.find(trial);
  LUTHIER_CHECK(found != where_.end(), "a trial is not where its rank says");
  const std::size_t component = found->second;
  std::vector<double> point = mixture.point(component);
  where_[mixture.tag(mixture.size() - 1)] = component;
  where_.erase(trial);
  mixture.remove(component);
  return point;
}

void BudgetModel::Side::clear() {
  mixture.clear();
  where_.clear();
}

BudgetModel::BudgetModel(std::span<const parzen::KernelAxis> axes, ModelOptions options)
    : options_(options),
      good_(axes, {.spread = options.spread}),
      other_(axes, {.spread = options.spread}) {}

void BudgetModel::observe(std::int64_t budget,
                          TrialId trial,
                          double loss,
                          std::vector<double> point) {
  Trial& known = trials_[trial.value];
  if (budget <= known.furthest) {
    return;  // trained again after a restart: its first result there stands
  }
  const bool is_first = known.furthest == 0;
  known.furthest = budget;
  known.point = std::move(point);
  if (options_.target == Target::progress) {
    return observe_progress(budget, trial, loss, is_first, known);
  }
  if (budget < budget_) {
    return;
  }
  Level& level = levels_[budget];
  const Observation observation{.loss = loss, .trial = trial.value};
  if (budget == budget_) {
    insert(observation);
  } else {
    level.insert(observation);
    if (level.size() >= options_.min_points + 2) {
      model(budget);
    }
  }
}

// Stages are powers of two of the budget: within one, trials differ little in how long they
// trained.
void BudgetModel::observe_progress(
    std::int64_t budget, TrialId trial, double loss, bool is_first, Trial& known) {
  const Observation observation{
      static_cast<int>(std::bit_width(static_cast<std::uint64_t>(budget))), loss, trial.value};
  if (!is_first) {
    erase(known.last);
  }
  known.last = observation;
  levels_.try_emplace(1);
  insert(observation);
  budget_ = levels_.begin()->second.size() >= options_.min_points + 2 ? 1 : 0;
}

std::size_t BudgetModel::wanted_good(std::size_t count) const {
  const auto share =
      static_cast<std::size_t>(std::floor(options_.good_fraction * static_cast<double>(count)));
  return std::min(std::max(options_.min_points, share), count > 0 ? count - 1 : 0);
}

void BudgetModel::model(std::int64_t budget) {
  levels_.erase(levels_.begin(), levels_.find(budget));
  budget_ = budget;
  good_.clear();
  other_.clear();
  const Level& level = levels_.begin()->second;
  const std::size_t good = wanted_good(level.size());
  for (std::size_t i = 0; i < level.size(); ++i) {
    const Observation& observation = level.at(i);
    (i < good ? good_ : other_).add(observation.trial, trials_.at(observation.trial).point);
  }
}

// One more observation at the modelled budget: at most two trials change sides.
void BudgetModel::insert(const Observation& observation) {
  Level& level = levels_.begin()->second;
  level.insert(observation);
  const bool joins = level.rank(observation) < good_.mixture.size();
  (joins ? good_ : other_).add(observation.trial, trials_.at(observation.trial).point);
  even_out();
}

void BudgetModel::erase(const Observation& observation) {
  levels_.begin()->second.erase(observation);
  (good_.has(observation.trial) ? good_ : other_).take(observation.trial);
}

// The best are on the good side, as many as are wanted there.
void BudgetModel::even_out() {
  const Level& level = levels_.begin()->second;
  const std::size_t good = wanted_good(level.size());
  while (good_.mixture.size() > good) {
    const std::int64_t worst = level.at(good_.mixture.size() - 1).trial;
    other_.add(worst, good_.take(worst));
  }
  while (good_.mixture.size() < good) {
    const std::int64_t best = level.at(good_.mixture.size()).trial;
    good_.add(best, other_.take(best));
  }
}

}  // namespace luthier::bohb
