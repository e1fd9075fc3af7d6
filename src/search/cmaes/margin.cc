#include "search/cmaes/margin.h"

#include <algorithm>
#include <cmath>

#include "core/space/normal_distribution.h"

namespace luthier::cmaes {
namespace {

// One neighbour: the mean comes nearer to it.
Marginal at_the_edge(Marginal marginal, double deviation, double threshold, double margin) {
  const double farthest = std::max(0.0, normal_quantile(1 - margin)) * deviation * marginal.stretch;
  marginal.mean = std::clamp(marginal.mean, threshold - farthest, threshold + farthest);
  return marginal;
}

// Two neighbours: mean and deviation follow from the probabilities of both.
Marginal between(Marginal marginal,
                 double deviation,
                 std::pair<double, double> cell,
                 double margin) {
  const auto [low, high] = cell;
  const double spread = deviation * marginal.stretch;
  const double below = normal_cdf((low - marginal.mean) / spread);
  const double above = normal_cdf((marginal.mean - high) / spread);
  if (std::min(below, above) >= margin / 2) {
    return marginal;
  }
  const double inside = 1 - below - above;
  const double least_below = std::max(below, margin / 2);
  const double least_above = std::max(above, margin / 2);
  const double excess = 1 - least_below - least_above - inside;
  const double room = least_below + least_above + inside - 3 * margin / 2;
  const auto quantile = [&](double probability) {
    return normal_quantile(1 - (probability + excess / room * (probability - margin / 2)));
  };
  const double to_low = quantile(least_below);
  const double to_high = quantile(least_above);
  marginal.mean = (low * to_high + high * to_low) / (to_low + to_high);
  marginal.stretch = (high - low) / (deviation * (to_low + to_high));
  return marginal;
}

}  // namespace

Marginal keep_margin(Marginal marginal,
                     double deviation,
                     std::pair<double, double> cell,
                     double margin) {
  const bool first = cell.first <= 0;
  const bool last = cell.second >= 1;
  if (first && last) {
    return marginal;
  }
  if (first || last) {
    return at_the_edge(marginal, deviation, first ? cell.second : cell.first, margin);
  }
  return between(marginal, deviation, cell, margin);
}

}  // namespace luthier::cmaes
