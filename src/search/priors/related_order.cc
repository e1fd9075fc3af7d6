#include "search/priors/related_order.h"

#include <algorithm>
#include <cmath>

#include "search/parzen/elementary.h"

namespace luthier {
namespace {

// Chosen on BBOB functions 1, 8 and 15, instances 31 to 33 (docs/results.md).
constexpr double kWidth = 0.15;      // of the kernel, as a share of an axis
constexpr double kOtherLevel = 0.3;  // of the kernel, where levels differ
constexpr double kAnywhere = 1e-3;   // of all results together: no place is out of reach

}  // namespace

RelatedOrder::RelatedOrder(const RelatedTask& task, const CompiledSpace& space) {
  for (const Axis& axis : space.axes()) {
    categorical_.push_back(axis.kind == AxisKind::categorical);
  }
  for (const KnownResult& each : task.results) {
    std::vector<double>& point = points_.emplace_back();
    for (std::size_t axis = 0; axis < space.axes().size(); ++axis) {
      const Value* value = each.config.find(space.parameters()[space.axes()[axis].parameter].name);
      point.push_back(value == nullptr || space.axes()[axis].grid ? std::nan("")
                                                                  : space.nearest(axis, *value));
    }
  }
}

double RelatedOrder::expected(std::span<const double> point) const {
  const auto count = static_cast<double>(points_.size());
  double sum = 0;
  double total = 0;
  for (std::size_t i = 0; i < points_.size(); ++i) {
    double squares = 0;
    double share = 1;
    for (std::size_t axis = 0; axis < point.size(); ++axis) {
      const double apart = points_[i][axis] - point[axis];
      if (std::isnan(apart)) {
        continue;
      }
      if (categorical_[axis]) {
        share *= apart == 0 ? 1 : kOtherLevel;
      } else {
        squares += apart * apart;
      }
    }
    const double kernel =
        share * parzen::exponential(-0.5 * squares / (kWidth * kWidth)) + kAnywhere / count;
    sum += kernel * static_cast<double>(i);
    total += kernel;
  }
  return sum / total / count;
}

}  // namespace luthier
