#include "laboratory/importance/importance_sample.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "laboratory/comparison/statistics/quantiles.h"

namespace luthier {
namespace {

// Of levels: categories always, ordered ones as long as there are not too many.
bool has_cells_of_levels(const Axis& axis) {
  const auto levels = static_cast<std::size_t>(axis.levels);
  return axis.kind == AxisKind::categorical ||
         (axis.kind == AxisKind::ordinal && levels >= 1 && levels <= ImportanceSample::kGridCells);
}

std::vector<double> level_edges(const CompiledSpace& space, std::size_t axis) {
  std::vector<double> edges = {0};
  for (auto left = space.axes()[axis].levels; left > 1; --left) {
    const auto [first, second] = space.cell(axis, edges.back());
    edges.push_back(second);
  }
  edges.push_back(1);
  return edges;
}

std::vector<double> equal_edges() {
  std::vector<double> edges;
  for (std::size_t i = 0; i <= ImportanceSample::kGridCells; ++i) {
    edges.push_back(static_cast<double>(i) / static_cast<double>(ImportanceSample::kGridCells));
  }
  return edges;
}

}  // namespace

std::size_t SampledAxis::cell(double coordinate) const {
  const auto after = std::upper_bound(edges.begin() + 1, edges.end() - 1, coordinate);
  return static_cast<std::size_t>(after - edges.begin()) - 1;
}

ImportanceSample importance_sample(const CompiledSpace& space,
                                   std::span<const Config> configs,
                                   std::vector<double> losses) {
  LUTHIER_CHECK(configs.size() == losses.size(), "each configuration has a loss");
  ImportanceSample sample{.axes = {}, .losses = std::move(losses)};
  for (std::size_t a = 0; a < space.axes().size(); ++a) {
    const Axis& axis = space.axes()[a];
    const Parameter& parameter = space.parameters()[axis.parameter];
    const bool levels = has_cells_of_levels(axis);
    sample.axes.push_back({.parameter = parameter.name,
                           .domain = parameter.domain,
                           .kind = axis.kind,
                           .edges = levels ? level_edges(space, a) : equal_edges(),
                           .has_levels = levels,
                           .coordinates = {}});
    sample.axes.back().coordinates.reserve(configs.size());
  }
  for (const Config& config : configs) {
    const auto point = space.encode(config);
    for (std::size_t a = 0; a < point.size(); ++a) {
      sample.axes[a].coordinates.push_back(point[a]);
    }
  }
  return sample;
}

Share share_of(double value, std::vector<double>& values) {
  std::ranges::sort(values);
  return {.value = value,
          .low = std::min(value, quantile(values, 0.025)),
          .high = std::max(value, quantile(values, 0.975))};
}

}  // namespace luthier
