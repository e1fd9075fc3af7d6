#include "search/bohb/budget_model.h"

#include <algorithm>
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
    : options_(options), good_(axes, {}), other_(axes, {}) {}

void BudgetModel::observe(std::int64_t budget,
                          TrialId trial,
                          double loss,
                          std::vector<double> point) {
  Trial& known = trials_[trial.value];
  if (budget <= known.furthest) {
    return;  // trained again after a restart: its first result there stands
  }
  known.furthest = budget;
  known.point = std::move(point);
  if (budget < budget_) {
    return;
  }
  Level& level = levels_[budget];
  const Observation observation{loss, trial.value};
  level.insert(observation);
  if (budget == budget_) {
    insert(observation);
  } else if (level.size() >= options_.min_points + 2) {
    model(budget);
  }
}

std::size_t BudgetModel::wanted_good(std::size_t count) const {
  const auto share =
      static_cast<std::size_t>(std::floor(options_.good_fraction * static_cast<double>(count)));
  return std::min(std::max(options_.min_points, share), count - 1);
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
  const Level& level = levels_.begin()->second;
  const std::size_t good = wanted_good(level.size());
  const std::size_t before = good_.mixture.size();
  const bool joins = level.rank(observation) < std::max(before, good);
  (joins ? good_ : other_).add(observation.trial, trials_.at(observation.trial).point);
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
