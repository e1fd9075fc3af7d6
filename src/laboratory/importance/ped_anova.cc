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

// How often each trial counts, the best first; those after the end do not.
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
    const Weights each(size(), 1);
    const Weights best = best_of(each);
    const auto all = all_active(each);
    PedAnova result{.best_trials = best.size(), .divergences = divergences(best, all)};
    for (std::size_t axis = 0; axis < axes_.size(); ++axis) {
      result.effects.push_back(effect(active(axis, best), all[axis]));
    }
    result.chance = chance(result, all);
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
    std::size_t end = 0;
    for (std::size_t taken = 0; end < size(); ++end) {
      if (taken >= wanted() && losses_[end] != losses_[end - 1]) {
        break;
      }
      taken += weights[end];
    }
    return {weights.begin(), weights.begin() + static_cast<std::ptrdiff_t>(end)};
  }

  // The density of trials where an axis is active, and how many they are.
  struct Active {
    std::vector<double> density;
    double fraction = 0;  // of the weights
    double weight = 0;
  };
  Active active(std::size_t axis, const Weights& weights) const {
    std::vector<double> counts(axes_[axis].cells(), 0);
    for (std::size_t i = 0; i < weights.size(); ++i) {
      if (cells_[axis][i] != kInactive) {
        counts[cells_[axis][i]] += weights[i];
      }
    }
    const double weight = std::accumulate(counts.begin(), counts.end(), 0.0);
    return {.density = axes_[axis].kind == AxisKind::categorical ? categorical_density(counts)
                                                                 : ordered_density(counts),
            .fraction = weight / std::accumulate(weights.begin(), weights.end(), 0.0),
            .weight = weight};
  }
  std::vector<Active> all_active(const Weights& weights) const {
    std::vector<Active> all;
    for (std::size_t axis = 0; axis < axes_.size(); ++axis) {
      all.push_back(active(axis, weights));
    }
    return all;
  }

  static double divergence(const Active& best, const Active& all) {
    if (best.weight == 0 || all.weight < 2) {
      return 0;
    }
    return best.fraction * best.fraction / all.fraction *
           pearson_divergence(best.density, all.density);
  }

  std::vector<double> divergences(const Weights& best, const std::vector<Active>& all) const {
    std::vector<double> divergences;
    for (std::size_t axis = 0; axis < axes_.size(); ++axis) {
      divergences.push_back(divergence(active(axis, best), all[axis]));
    }
    return divergences;
  }

  static std::vector<double> effect(const Active& best, const Active& all) {
    std::vector<double> effect;
    for (std::size_t i = 0; i < all.density.size(); ++i) {
      effect.push_back(-best.density[i] / all.density[i]);
    }
    return effect;
  }

  double chance(const PedAnova& result, const std::vector<Active>& all) const {
    const double found = sum_of(result.divergences);
    int as_much = 0;
    for (int choice = 0; choice < options_.choices; ++choice) {
      const Weights chosen = chosen_by_chance(choice, result.best_trials);
      as_much += sum_of(divergences(chosen, all)) >= found ? 1 : 0;
    }
    return options_.choices > 0 ? static_cast<double>(as_much) / options_.choices : 0;
  }

  static double sum_of(const std::vector<double>& values) {
    return std::accumulate(values.begin(), values.end(), 0.0);
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
    for (int number = 0; number < options_.resamples; ++number) {
      const Weights weights = resample(number);
      const auto parts = parts_of(divergences(best_of(weights), all_active(weights)));
      for (std::size_t axis = 0; axis < axes_.size(); ++axis) {
        shares[axis].push_back(parts[axis]);
      }
    }
    const auto parts = parts_of(result.divergences);
    for (std::size_t axis = 0; axis < axes_.size(); ++axis) {
      const double part = parts[axis];
      result.main.push_back(shares[axis].empty() ? Share{part, part, part}
                                                 : share_of(part, shares[axis]));
    }
  }

  static std::vector<double> parts_of(std::vector<double> values) {
    const double sum = sum_of(values);
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
