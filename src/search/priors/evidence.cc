#include "search/priors/evidence.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/pareto/fronts.h"

namespace luthier {
namespace {

// Pairs that are believed beforehand, and how many of them are won.
constexpr double kPairsBefore = 2;
constexpr double kWonBefore = 1.5;
// The share of won pairs from which the trust is whole: a half says that the place is no better
// than any other.
constexpr double kEnough = 0.7;
// The same of pairs in the order that was expected, a share.
constexpr double kOrderedPairsBefore = 6;
constexpr double kOrderedBefore = 0.75;
constexpr double kOrderedEnough = 0.7;
constexpr std::int64_t kTellingTrials = 10;  // from then on, lost trust is lost

}  // namespace

void PriorEvidence::placed(TrialId trial,
                           bool is_near,
                           std::vector<double> point,
                           std::optional<double> expected) {
  take_back(trial);
  has_order_ = has_order_ || expected.has_value();
  elsewhere_ += is_near ? 0 : 1;
  live_.insert_or_assign(trial.value,
                         Standing{.is_near = is_near,
                                  .expected = expected.value_or(0),
                                  .losses = {},
                                  .point = std::move(point)});
}

void PriorEvidence::reported(TrialId trial, std::int64_t iteration, std::vector<double> losses) {
  take_back(trial);
  Standing& standing = live_[trial.value];
  standing.iteration = iteration;
  standing.losses = std::move(losses);
}

std::vector<TrialId> PriorEvidence::running() const {
  std::vector<TrialId> out;
  for (const auto& [trial, standing] : live_) {
    if (!standing.losses.empty()) {
      out.push_back(TrialId{trial});
    }
  }
  return out;
}

void PriorEvidence::paused(TrialId trial) {
  stand(trial, Tier::stopped);
}

void PriorEvidence::ended(TrialId trial, TrialState state) {
  take_back(trial);
  stand(trial,
        state == TrialState::completed ? Tier::completed
        : state == TrialState::stopped ? Tier::stopped
                                       : Tier::failed);
}

// 1 where a is better than b, 0 where b is, 0.5 where nothing tells.
double PriorEvidence::chance_of_better(const Standing& a, const Standing& b) {
  if (a.tier != b.tier) {
    return a.tier < b.tier ? 1 : 0;
  }
  if (a.tier == Tier::failed) {
    return 0.5;
  }
  if (a.tier == Tier::stopped && a.iteration != b.iteration) {
    return a.iteration > b.iteration ? 1 : 0;
  }
  return dominates(a.losses, b.losses) ? 1 : dominates(b.losses, a.losses) ? 0 : 0.5;
}

void PriorEvidence::stand(TrialId trial, Tier tier) {
  const auto found = live_.find(trial.value);
  if (found == live_.end()) {
    return;
  }
  Standing standing = std::move(found->second);
  live_.erase(found);
  const auto is_finite = [](double loss) { return std::isfinite(loss); };
  if (standing.losses.empty() || !std::ranges::all_of(standing.losses, is_finite)) {
    tier = Tier::failed;
  }
  standing.tier = tier;
  if (standing.is_near && tier != Tier::failed &&
      (best_near_.point.empty() || chance_of_better(standing, best_near_) == 1)) {
    best_near_ = standing;
  }
  if (trials() < kMostTrials) {
    count(standing, 1);
    standings_.insert_or_assign(trial.value, std::move(standing));
    if (trials() >= kTellingTrials) {
      least_trust_ = trust();
    }
  }
}

// A trial that waited paused goes on.
void PriorEvidence::take_back(TrialId trial) {
  const auto found = standings_.find(trial.value);
  if (found == standings_.end()) {
    return;
  }
  Standing standing = std::move(found->second);
  standings_.erase(found);
  count(standing, -1);
  live_.insert_or_assign(trial.value, std::move(standing));
}

void PriorEvidence::count(const Standing& standing, int sign) {
  (standing.is_near ? near_ : other_) += sign;
  wins_ += sign * wins_of(standing);
  ordered_ += has_order_ ? sign * ordered_by(standing) : 0;
}

// What it adds to the pairs in the order that was expected.
double PriorEvidence::ordered_by(const Standing& standing) const {
  double ordered = 0;
  for (const auto& [trial, each] : standings_) {
    const double better = chance_of_better(standing, each);
    ordered += standing.expected == each.expected  ? 0.5
               : standing.expected < each.expected ? better
                                                   : 1 - better;
  }
  return ordered;
}

// What it adds to the wins of those near.
double PriorEvidence::wins_of(const Standing& standing) const {
  double wins = 0;
  for (const auto& [trial, each] : standings_) {
    if (each.is_near != standing.is_near) {
      wins +=
          standing.is_near ? chance_of_better(standing, each) : chance_of_better(each, standing);
    }
  }
  return wins;
}

// The share of pairs in the order that was expected: a half says that it tells nothing.
double PriorEvidence::trust_in_order() const {
  const auto count = static_cast<double>(trials());
  const double pairs = count * (count - 1) / 2;
  const double share =
      (ordered_ + kOrderedBefore * kOrderedPairsBefore) / (pairs + kOrderedPairsBefore);
  return std::clamp((share - 0.5) / (kOrderedEnough - 0.5), 0.0, 1.0);
}

double PriorEvidence::trust_now() const {
  const auto pairs = static_cast<double>(near_ * other_);
  const double share = (wins_ + kWonBefore) / (pairs + kPairsBefore);
  const double of_enough = share / kEnough;
  const double near = std::min(1.0, of_enough * of_enough * of_enough);
  return has_order_ ? near * trust_in_order() : near;
}

double PriorEvidence::trust() const {
  return std::min(least_trust_, trust_now());
}

}  // namespace luthier
