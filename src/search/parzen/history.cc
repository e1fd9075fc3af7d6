#include "search/parzen/history.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <iterator>
#include <tuple>

#include "base/check.h"
#include "core/pareto/pareto_order.h"
#include "core/state/ranked_loss.h"
#include "search/parzen/elementary.h"

namespace luthier::parzen {
namespace {

// Kernels of good observations are half a gap wide: measured on BBOB, this is worth 10% of regret.
constexpr double kGoodGapFactor = 0.5;

constexpr int kCompletedTier = 0;
constexpr int kStoppedTier = 1;

// Better observations weigh more: the logarithmic weights of evolution strategies, mean 1.
double rank_weight(std::size_t rank, std::size_t count) {
  double sum = 0;
  const auto weight = [&](std::size_t i) {
    return logarithm((static_cast<double>(count) + 1) / (static_cast<double>(i) + 1));
  };
  for (std::size_t i = 0; i < count; ++i) {
    sum += weight(i);
  }
  return weight(rank) * static_cast<double>(count) / sum;
}

}  // namespace

History::History(std::span<const KernelAxis> axes, HistoryOptions options)
    : options_(options),
      good_(axes, {.prior_weight = options.prior_weight, .gap_factor = kGoodGapFactor}),
      other_(axes, {.prior_weight = options.prior_weight}) {}

bool History::better(const Ranked& a, const Ranked& b) {
  // Among stopped trials the one that got farther is better, whatever its value.
  return std::tuple(group(a), a.losses.front(), a.trial) <
         std::tuple(group(b), b.losses.front(), b.trial);
}

std::tuple<bool, int, std::int64_t> History::group(const Ranked& entry) {
  return {is_infeasible(entry.losses.front()), entry.tier, stage(entry)};
}

std::int64_t History::stage(const Ranked& entry) {
  return entry.tier == kCompletedTier ? 0 : -entry.iteration;
}

void History::added(TrialId trial, std::span<const double> point) {
  live_[trial.value] = {};
  add_other(trial.value, point);
}

void History::changed(TrialId trial, std::span<const double> point) {
  if (!is_live(trial)) {
    return returned(trial, point);
  }
  remove_other(trial.value);
  add_other(trial.value, point);
}

void History::reported(TrialId trial, std::int64_t iteration, std::vector<double> losses) {
  live_.at(trial.value) = {.iteration = iteration, .losses = std::move(losses)};
}

void History::paused(TrialId trial) {
  leave(trial, kStoppedTier);
}

void History::ended(TrialId trial, TrialState state) {
  const auto live = live_.find(trial.value);
  const bool has_diverged =
      live != live_.end() && live->second.iteration > 0 && !all_finite(live->second.losses);
  if (state == TrialState::failed || has_diverged) {
    forget(trial);
    failed_.insert(trial.value);
  } else if (live != live_.end()) {
    leave(trial, state == TrialState::completed ? kCompletedTier : kStoppedTier);
  }
}

void History::leave(TrialId trial, int tier) {
  const auto found = live_.find(trial.value);
  LUTHIER_CHECK(found != live_.end(), "a trial left that is not live");
  const Live last = found->second;
  live_.erase(found);
  ++observed_;
  if (tier == kStoppedTier) {
    good_.widen(options_.spread);
    other_.widen(options_.spread);
  }
  if (last.iteration > 0 && all_finite(last.losses)) {
    rank({.tier = tier,
          .iteration = last.iteration,
          .losses = last.losses,
          .trial = trial.value,
          .point = other_.point(where_.at(trial.value))});
  }
  order_.push_back(trial.value);
  rebuild_good();
  forget_oldest();
}

void History::rank(Ranked entry) {
  const bool several = entry.losses.size() > 1;
  best_.insert(std::ranges::upper_bound(best_, entry, better), std::move(entry));
  if (several) {
    rank_by_front();
  }
}

// Trials that got equally far are one group, ordered as pareto_order has it.
void History::rank_by_front() {
  std::ranges::sort(
      best_, {}, [](const Ranked& entry) { return std::tuple(group(entry), entry.trial); });
  for (auto first = best_.begin(); first != best_.end();) {
    const auto end = std::find_if(
        first, best_.end(), [&](const Ranked& entry) { return group(entry) != group(*first); });
    std::vector<Losses> losses;
    std::transform(first, end, std::back_inserter(losses), std::mem_fn(&Ranked::losses));
    std::vector<Ranked> ordered;
    for (const std::size_t i : pareto_order(losses)) {
      ordered.push_back(std::move(*(first + static_cast<std::ptrdiff_t>(i))));
    }
    first = std::ranges::move(ordered, first).out;
  }
}

// With several objectives another result may make a trial better than those before it.
std::size_t History::most_ranked() const {
  const bool several = !best_.empty() && best_.front().losses.size() > 1;
  return static_cast<std::size_t>(options_.most_good) * (several ? 3 : 1);
}

void History::returned(TrialId trial, std::span<const double> point) {
  forget(trial);
  added(trial, point);
}

void History::forget(TrialId trial) {
  const bool was_observed = live_.erase(trial.value) == 0 && failed_.erase(trial.value) == 0;
  observed_ -= was_observed ? 1 : 0;
  std::erase_if(best_, [&](const Ranked& entry) { return entry.trial == trial.value; });
  if (where_.contains(trial.value)) {
    remove_other(trial.value);
  }
  std::erase(order_, trial.value);
  rebuild_good();
}

bool History::knows(TrialId trial) const {
  return is_live(trial) || has_failed(trial) || where_.contains(trial.value) ||
         std::ranges::find(best_, trial.value, &Ranked::trial) != best_.end();
}

std::vector<TrialId> History::live_with_results() const {
  std::vector<TrialId> out;
  for (const auto& [trial, last] : live_) {
    if (last.iteration > 0) {
      out.push_back(TrialId{trial});
    }
  }
  return out;
}

void History::add_other(std::int64_t trial, std::span<const double> point) {
  where_[trial] = other_.size();
  other_.add(point, trial);
}

std::vector<double> History::remove_other(std::int64_t trial) {
  const auto found = where_.find(trial);
  const std::size_t component = found->second;
  std::vector<double> point = other_.point(component);
  where_[other_.tag(other_.size() - 1)] = component;
  where_.erase(trial);
  other_.remove(component);
  return point;
}

std::size_t History::good_count() const {
  const auto share = std::ceil(options_.good_fraction * static_cast<double>(observed_));
  const auto wanted = std::min(static_cast<std::int64_t>(share), options_.most_good);
  return std::min(best_.size(), static_cast<std::size_t>(wanted));
}

// The best observations belong to good_, all others to other_; after each change of best_.
void History::rebuild_good() {
  const std::size_t count = good_count();
  bool same = count == good_.size();
  for (std::size_t i = 0; same && i < count; ++i) {
    same = good_.tag(i) == best_[i].trial;
  }
  if (!same) {
    good_.clear();
    for (std::size_t i = 0; i < count; ++i) {
      good_.add(best_[i].point, best_[i].trial, rank_weight(i, count));
    }
  }
  for (std::size_t i = 0; i < best_.size(); ++i) {
    const bool is_other = where_.contains(best_[i].trial);
    if (i < count && is_other) {
      remove_other(best_[i].trial);
    } else if (i >= count && !is_other) {
      add_other(best_[i].trial, best_[i].point);
      order_.push_back(best_[i].trial);
    }
  }
  best_.resize(std::min(best_.size(), most_ranked()));
}

void History::forget_oldest() {
  while (other_.size() > options_.most_other && !order_.empty()) {
    const std::int64_t trial = order_.front();
    order_.pop_front();
    if (where_.contains(trial)) {
      remove_other(trial);
    }
  }
}

}  // namespace luthier::parzen
