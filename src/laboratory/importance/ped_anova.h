// PED-ANOVA (Watanabe, Bansal and Hutter, "PED-ANOVA: Efficiently Quantifying Hyperparameter
// Importance in Arbitrary Subspaces", 2023): a parameter matters if the best trials are spread
// along it in another way than all trials are. Only the order of losses counts, and it needs no
// model of them.
//
// A conditional parameter is compared where it is active, and counts as often as it is active among
// the best: times a^2 / b, for the fractions a of the best and b of all trials in which it is
// ("Conditional PED-ANOVA: Hyperparameter Importance in Hierarchical and Dynamic Search Spaces",
// 2026, theorem 4.2).
#pragma once

#include <cstdint>
#include <vector>

#include "laboratory/importance/importance_sample.h"

namespace luthier {

struct PedAnovaOptions {
  std::uint64_t seed = 0;
  int resamples = 200;  // of the bootstrap; 0: no intervals
  int choices = 99;     // by chance; 0: `chance` stays 0
  double best = 0.1;  // the fraction of trials that are the best ones; at least kLeastBest, or half
  static constexpr std::size_t kLeastBest = 10;
};

struct PedAnova {
  std::size_t best_trials = 0;      // ties included
  std::vector<double> divergences;  // by axis
  // By axis: its part of the sum of divergences, with the interval of a bootstrap over the trials.
  std::vector<Share> main;
  // How often as many trials, chosen by chance, were set apart as much: a fraction of the choices.
  double chance = 0;
  // By axis and cell of its grid: how many times as likely among the best as among all, negated, so
  // that small is good.
  std::vector<std::vector<double>> effects;
};

// Precondition: at least two trials, and an axis. A function of its arguments alone.
PedAnova ped_anova(const ImportanceSample& sample, const PedAnovaOptions& options = {});

}  // namespace luthier
