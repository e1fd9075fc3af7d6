#include "search/cmaes/categories.h"

#include <algorithm>
#include <cmath>

namespace luthier::cmaes {
namespace {

// How far probabilities move in a generation; measured on the mixed suite.
constexpr double kRate = 0.2;

// No probability is below `least`, and they sum to 1 again.
void keep_least(std::vector<double>& probabilities, double least) {
  double excess = 0;
  for (double& probability : probabilities) {
    excess += std::max(0.0, least - probability);
    probability = std::max(probability, least);
  }
  double above = 0;
  for (const double probability : probabilities) {
    above += probability - least;
  }
  for (double& probability : probabilities) {
    probability -= excess * (probability - least) / above;
  }
}

}  // namespace

Categories::Categories(const CompiledSpace& space) {
  for (std::size_t axis = 0; axis < space.axes().size(); ++axis) {
    const Axis& declared = space.axes()[axis];
    if (declared.kind == AxisKind::categorical && !declared.grid && declared.levels > 1) {
      axes_.push_back({.axis = axis,
                       .of_level = std::vector<double>(static_cast<std::size_t>(declared.levels))});
    }
  }
  forget();
}

void Categories::forget() {
  for (AxisProbabilities& axis : axes_) {
    std::ranges::fill(axis.of_level, 1 / static_cast<double>(axis.of_level.size()));
  }
}

void Categories::draw(Rng& rng, std::span<double> coordinates) const {
  for (const AxisProbabilities& axis : axes_) {
    double u = rng.uniform();
    std::size_t level = 0;
    while (level + 1 < axis.of_level.size() && u >= axis.of_level[level]) {
      u -= axis.of_level[level++];
    }
    coordinates[axis.axis] =
        (static_cast<double>(level) + 0.5) / static_cast<double>(axis.of_level.size());
  }
}

void Categories::learn_axis(AxisProbabilities& axis,
                            std::span<const std::vector<double>> points,
                            std::span<const double> weights) {
  std::vector<double> shares(axis.of_level.size());
  double active = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const double x = points[i][axis.axis];
    if (!std::isnan(x)) {
      shares[static_cast<std::size_t>(x * static_cast<double>(shares.size()))] += weights[i];
      active += weights[i];
    }
  }
  for (std::size_t level = 0; level < shares.size(); ++level) {
    axis.of_level[level] += kRate * (shares[level] - active * axis.of_level[level]);
  }
}

void Categories::learn(std::span<const std::vector<double>> points,
                       std::span<const double> weights,
                       double margin) {
  for (AxisProbabilities& axis : axes_) {
    learn_axis(axis, points, weights);
    const auto levels = static_cast<double>(axis.of_level.size());
    keep_least(axis.of_level, std::min(margin / (levels - 1), 1 / levels));
  }
}

}  // namespace luthier::cmaes
