#include "search/gp/trials.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/pareto/pareto_order.h"
#include "core/state/ranked_loss.h"
#include "search/gp/requirement_values.h"

namespace luthier::gp {
namespace {

constexpr std::size_t kGood = 5;         // trials around which points are drawn ...
constexpr std::size_t kGoodOfFront = 8;  // ... and with several objectives

}  // namespace

Trials::Trials(std::size_t objectives, std::size_t axes) {
  rankings_.reserve(objectives);
  for (std::size_t i = 0; i < objectives; ++i) {
    rankings_.emplace_back(axes);
  }
}

void Trials::placed(TrialId trial, const std::vector<double>& point) {
  for (Ranking& ranking : rankings_) {
    ranking.placed(trial, point);
  }
}

void Trials::reported(TrialId trial,
                      std::int64_t iteration,
                      Losses losses,
                      const std::vector<double>& excess) {
  if (!all_finite(losses)) {
    losses.assign(losses.size(), std::numeric_limits<double>::infinity());
  }
  for (std::size_t i = 0; i < rankings_.size(); ++i) {
    rankings_[i].reported(trial, iteration, losses[i]);
  }
  if (!excess.empty()) {
    requirements_ = excess.size();
    excess_[trial.value] = excess;
  }
}

void Trials::paused(TrialId trial) {
  for (Ranking& ranking : rankings_) {
    ranking.paused(trial);
  }
}

void Trials::ended(TrialId trial, TrialState state) {
  for (Ranking& ranking : rankings_) {
    ranking.ended(trial, state);
  }
}

Losses Trials::losses(TrialId trial) const {
  Losses out;
  for (const Ranking& ranking : rankings_) {
    out.push_back(ranking.loss(trial));
  }
  return out;
}

double Trials::identity(TrialId trial) {
  if (rankings_.size() == 1) {
    return first().loss(trial);
  }
  const auto number = static_cast<double>(identities_.size());
  return identities_.try_emplace(losses(trial), number).first->second;
}

Ranking::Sample Trials::sample(std::size_t objective, const TrialIds& trials) const {
  return rankings_[objective].sample(
      trials, objectives() > 1 ? Ranking::WorseHalf::distances : Ranking::WorseHalf::ranks);
}

double Trials::violation(TrialId trial) const {
  const auto found = excess_.find(trial.value);
  return found == excess_.end() ? 0 : violation_of(found->second);
}

// Best first; infeasible trials by what they miss, after all others.
TrialIds Trials::in_order(const TrialIds& trials) const {
  std::vector<Losses> ranked;
  for (const TrialId trial : trials) {
    ranked.push_back(ranked_losses(losses(trial), violation(trial)));
  }
  TrialIds out;
  for (const std::size_t i : pareto_order(ranked)) {
    out.push_back(trials[i]);
  }
  return out;
}

TrialIds Trials::modelled(std::size_t most) const {
  if (rankings_.size() == 1) {
    return first().chosen(most);
  }
  TrialIds trials = first().standing();
  std::ranges::sort(trials);
  if (trials.size() <= most) {
    return trials;
  }
  const TrialIds ordered = in_order(trials);
  TrialIds out;
  for (const std::size_t rank : sampled_ranks(ordered.size(), most)) {
    out.push_back(ordered[rank]);
  }
  return out;
}

TrialIds Trials::incumbents(const TrialIds& trials) const {
  if (requirements_ == 0) {
    return trials;
  }
  TrialIds feasible;
  bool all_unknown = true;
  for (const TrialId trial : trials) {
    const double missed = violation(trial);
    if (missed == 0) {
      feasible.push_back(trial);
    }
    all_unknown = all_unknown && std::isinf(missed);
  }
  return all_unknown ? trials : feasible;
}

Points Trials::good(const TrialIds& trials) const {
  if (rankings_.size() == 1 && requirements_ == 0) {
    return first().best(kGood);
  }
  Points out{.axes = first().axes(), .x = {}};
  const TrialIds ordered = in_order(trials);
  const std::size_t most = rankings_.size() == 1 ? kGood : kGoodOfFront;
  for (std::size_t i = 0; i < std::min(most, ordered.size()); ++i) {
    out.add(first().point(ordered[i]));
  }
  return out;
}

std::optional<Data> Trials::of_requirement(std::size_t requirement, const TrialIds& trials) const {
  Data data{.points = {.axes = first().axes(), .x = {}}, .values = {}};
  for (const TrialId trial : trials) {
    if (const auto found = excess_.find(trial.value); found != excess_.end()) {
      data.points.add(first().point(trial));
      data.values.push_back(found->second[requirement]);
    }
  }
  auto values = requirement_values(data.values);
  if (!values || values->size() < 2) {
    return std::nullopt;
  }
  data.values = std::move(*values);
  return data;
}

}  // namespace luthier::gp
