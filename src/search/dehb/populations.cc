#include "search/dehb/populations.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>

namespace luthier::dehb {
namespace {

constexpr std::size_t kSmallest = 5;  // three parents, and a target that is none of them
constexpr std::int64_t kWholeTraining = std::numeric_limits<std::int64_t>::max();

bool is_before(const Member* a, const Member* b) {
  return std::tuple(a->loss, a->trial) < std::tuple(b->loss, b->trial);
}

}  // namespace

const Member& Population::turn_of(TrialId trial) const {
  return members[static_cast<std::size_t>(trial.value) % members.size()];
}

void Populations::added(TrialId trial, std::vector<double> point) {
  trials_[trial.value] = {.point = std::move(point)};
}

// The highest budget that is at most this iteration.
std::int64_t Populations::budget_below(std::int64_t iteration) const {
  double budget = 1;
  while (budget * options_.reduction_factor <= static_cast<double>(iteration)) {
    budget *= options_.reduction_factor;
  }
  return static_cast<std::int64_t>(budget);
}

// Trained again after a restart: its first result there stands. A result beyond a budget that was
// stepped over counts there.
void Populations::report(TrialId trial, std::int64_t iteration, double loss) {
  Running& running = trials_[trial.value];
  if (running.point.empty() || iteration <= running.iteration) {
    return;
  }
  const std::int64_t before = running.iteration;
  running.iteration = iteration;
  running.loss = loss;
  const std::int64_t budget = budget_below(iteration);
  if (before < budget) {
    compete(budget, trial, running);
  }
}

void Populations::compete(std::int64_t budget, TrialId trial, const Running& running) {
  Population& population = populations_[budget];
  population.budget = std::max(population.budget, running.iteration);
  if (population.most == 0) {
    const double share = static_cast<double>(options_.size) / static_cast<double>(budget);
    population.most = std::max(kSmallest, static_cast<std::size_t>(std::ceil(share)));
  }
  Member member{.trial = trial, .loss = running.loss, .point = running.point};
  if (!std::isfinite(member.loss)) {
    return;
  }
  if (population.members.size() < population.most) {
    population.members.push_back(std::move(member));
    return;
  }
  Member& target = population.members[static_cast<std::size_t>(trial.value) % population.most];
  if (member.loss <= target.loss) {
    target = std::move(member);
  }
}

void Populations::end(TrialId trial, TrialState state) {
  const auto found = trials_.find(trial.value);
  if (found == trials_.end()) {
    return;
  }
  const Running& running = found->second;
  if (state == TrialState::completed && running.iteration != budget_below(running.iteration)) {
    compete(kWholeTraining, trial, running);
  }
  trials_.erase(found);
}

const Population* Populations::choose(std::size_t fewest, Rng& rng) const {
  double sum = 0;
  for (const auto& [budget, population] : populations_) {
    sum += population.members.size() >= fewest ? 1 / static_cast<double>(population.budget) : 0;
  }
  double at = rng.uniform() * sum;
  const Population* chosen = nullptr;
  for (const auto& [budget, population] : populations_) {
    if (population.members.size() >= fewest && at >= 0) {
      chosen = &population;
      at -= 1 / static_cast<double>(population.budget);
    }
  }
  return chosen;
}

std::array<const Member*, 3> Populations::parents(const Population& population, Rng& rng) const {
  std::vector<const Member*> pool;
  const Population* below = &population;
  for (const auto& [budget, each] : populations_) {
    if (&each == &population) {
      break;
    }
    below = &each;
  }
  for (const Member& member : below->members) {
    pool.push_back(&member);
  }
  std::ranges::sort(pool, is_before);
  if (pool.size() > std::max(population.most, std::size_t{3})) {
    pool.resize(std::max(population.most, std::size_t{3}));
  }
  for (auto other = populations_.begin(); pool.size() < 3 && other != populations_.end(); ++other) {
    for (const Member& member : other->second.members) {
      pool.push_back(&member);
    }
  }
  std::array<const Member*, 3> out{};
  for (std::size_t i = 0; i < out.size(); ++i) {
    std::swap(pool[i], pool[i + rng.below(pool.size() - i)]);
    out[i] = pool[i];
  }
  return out;
}

}  // namespace luthier::dehb
