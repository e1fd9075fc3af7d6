#include "laboratory/importance/ped_anova.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "base/check.h"
#include "laboratory/importance/parzen_grid.h"
#include "luthier/rng.h"

namespace luthier {
namespace {

constexpr std::uint32_t kInactive = std::numeric_limits<std::uint32_t>::max();

// How often each trial counts, the best first.
using Weights = std::vector<std::uint32_t>;

class Comparison {
 public:
  Comparison(const ImportanceSample& sample, const PedAnovaOptions& options)
      : axes_(sample.axes), options_(options) {
    std::vector<std::size_t> order(sample.size());
    std::iota(order.begin(), order.end(), 0);
    std::ranges::stable_sort(order, {}, [&](std::size_t i) { return sample.losses[i]; });
    for (const std::size_t i : order) {
      losses_.push_back(sample.losses[i]);
    }
    for (const SampledAxis& axis : axes_) {
      auto& cells = cells_.emplace_back();
      for (const std::size_t i : order) {
        const double coordinate = axis.coordinates[i];
        cells.push_back(std::isnan(coordinate) ? kInactive
                                               : static_cast<std::uint32_t>(axis.cell(coordinate)));
      }
    }
  }

  PedAnova compare() {
    const Weights all(size(), 1);
    const Weights best = best_of(all);
    PedAnova result;
    result.best_trials = static_cast<std::size_t>(std::ranges::count(best, 1U));
    for (std::size_t axis = 0; axis < axes_.size(); ++axis) {
      result.divergences.push_back(divergence(axis, best, all));
      result.effects.push_back(effect(axis, best, all));
    }
    result.chance = chance(result);
    add_shares(result);
    return result;
  }

 private:
  std::size_t size() const { return losses_.size(); }

  std::size_t wanted() const {
    const auto fraction =
        static_cast<std::size_t>(std::ceil(options_.best * static_cast<double>(size())));
    return std::max(fraction, std::min(PedAnovaOptions::kLeastBest, size() / 2));
  }

  // The best ones of a resample, and those that are as good as the last of them.
  Weights best_of(const Weights& weights) const {
    Weights best(size(), 0);
    std::size_t taken = 0;
    for (std::size_t i = 0; i < size(); ++i) {
      if (taken >= wanted() && losses_[i] != losses_[i - 1]) {
        break;
      }
      best[i] = weights[i];
      taken += weights[i];
    }
    return best;
  }

  std::vector<double> counts(std::size_t axis, const Weights& weights) const {
    std::vector<double> counts(axes_[axis].cells(), 0);
    for (std::size_t i = 0; i < size(); ++i) {
      if (cells_[axis][i] != kInactive) {
        counts[cells_[axis][i]] += weights[i];
      }
    }
    return counts;
  }

  std::vector<double> density(std::size_t axis, std::span<const double> counts) const {
    return axes_[axis].kind == AxisKind::categorical ? categorical_density(counts)
                                                     : ordered_density(counts);
  }

  double divergence(std::size_t axis, const Weights& best, const Weights& all) const {
    const auto best_counts = counts(axis, best);
    const auto all_counts = counts(axis, all);
    const double active_best = std::accumulate(best_counts.begin(), best_counts.end(), 0.0);
    const double active = std::accumulate(all_counts.begin(), all_counts.end(), 0.0);
    if (active_best == 0 || active < 2) {
      return 0;
    }
    const double best_fraction = active_best / total(best);
    const double fraction = active / total(all);
    return best_fraction * best_fraction / fraction *
           pearson_divergence(density(axis, best_counts), density(axis, all_counts));
  }

  static double total(const Weights& weights) {
    return std::accumulate(weights.begin(), weights.end(), 0.0);
  }

  std::vector<double> effect(std::size_t axis, const Weights& best, const Weights& all) const {
    auto ratio = density(axis, counts(axis, best));
    const auto whole = density(axis, counts(axis, all));
    for (std::size_t i = 0; i < ratio.size(); ++i) {
      ratio[i] = whole[i] > 0 ? -ratio[i] / whole[i] : 0;
    }
    return ratio;
  }

  double chance(const PedAnova& result) const {
    const double found = std::accumulate(result.divergences.begin(), result.divergences.end(), 0.0);
    const Weights all(size(), 1);
    int as_much = 0;
    for (int choice = 0; choice < PedAnova::kChoices; ++choice) {
      const Weights chosen = chosen_by_chance(choice, result.best_trials);
      double sum = 0;
      for (std::size_t axis = 0; axis < axes_.size(); ++axis) {
        sum += divergence(axis, chosen, all);
      }
      as_much += sum >= found ? 1 : 0;
    }
    return static_cast<double>(as_much) / PedAnova::kChoices;
  }

  Weights chosen_by_chance(int choice, std::size_t count) const {
    Rng rng(options_.seed, "ped_anova choice", static_cast<std::uint64_t>(choice));
    Weights chosen(size(), 0);
    std::fill_n(chosen.begin(), count, 1U);
    for (std::size_t i = 0; i < count; ++i) {
      std::swap(chosen[i], chosen[i + rng.below(size() - i)]);
    }
    return chosen;
  }

  Weights resample(int number) const {
    Rng rng(options_.seed, "ped_anova bootstrap", static_cast<std::uint64_t>(number));
    Weights weights(size(), 0);
    for (std::size_t i = 0; i < size(); ++i) {
      ++weights[rng.below(size())];
    }
    return weights;
  }

  void add_shares(PedAnova& result) const {
    std::vector<std::vector<double>> shares(axes_.size());
    for (int number = 0; number < PedAnova::kResamples; ++number) {
      const Weights all = resample(number);
      const Weights best = best_of(all);
      std::vector<double> divergences;
      for (std::size_t axis = 0; axis < axes_.size(); ++axis) {
        divergences.push_back(divergence(axis, best, all));
      }
      const auto parts = parts_of(divergences);
      for (std::size_t axis = 0; axis < axes_.size(); ++axis) {
        shares[axis].push_back(parts[axis]);
      }
    }
    const auto parts = parts_of(result.divergences);
    for (std::size_t axis = 0; axis < axes_.size(); ++axis) {
      result.main.push_back(share_of(parts[axis], shares[axis]));
    }
  }

  static std::vector<double> parts_of(std::vector<double> values) {
    const double sum = std::accumulate(values.begin(), values.end(), 0.0);
    for (double& value : values) {
      value = sum > 0 ? value / sum : 0;
    }
    return values;
  }

  const std::vector<SampledAxis>& axes_;
  const PedAnovaOptions& options_;
  std::vector<double> losses_;                     // the best first
  std::vector<std::vector<std::uint32_t>> cells_;  // by axis and trial in that order
};

}  // namespace

PedAnova ped_anova(const ImportanceSample& sample, const PedAnovaOptions& options) {
  LUTHIER_CHECK(sample.size() >= 2 && !sample.axes.empty(), "two trials and an axis at least");
  return Comparison(sample, options).compare();
}

}  // namespace luthier
