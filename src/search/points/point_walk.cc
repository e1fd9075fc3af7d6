#include "search/points/point_walk.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace luthier {
namespace {

double middle(const CompiledSpace& space, std::size_t axis, double coordinate) {
  const auto [low, high] = space.cell(axis, coordinate);
  return low + (high - low) / 2;
}

}  // namespace

PointWalk::PointWalk(const CompiledSpace& space, std::uint64_t cell)
    : space_(&space), point_(space.grid_point(cell)) {
  const auto axes = space.axes();
  const auto name = [&](std::size_t axis) -> const std::string& {
    return space.parameters()[axes[axis].parameter].name;
  };
  for (std::size_t axis = 0; axis < axes.size(); ++axis) {
    if (!axes[axis].grid && !axes[axis].conditional) {
      digits_.push_back(axis);
    }
  }
  std::ranges::sort(digits_, std::ranges::greater(), name);
  for (std::size_t axis = 0; axis < axes.size(); ++axis) {
    if (!axes[axis].grid && axes[axis].conditional) {
      digits_.push_back(axis);
    }
  }
  start_from(0);
}

// The first value of this digit and of all faster ones.
void PointWalk::start_from(std::size_t digit) {
  for (; digit < digits_.size(); ++digit) {
    const std::size_t axis = digits_[digit];
    const bool active = !space_->axes()[axis].conditional || space_->is_active(axis, point_);
    point_[axis] = active ? middle(*space_, axis, 0) : std::numeric_limits<double>::quiet_NaN();
  }
}

void PointWalk::advance() {
  for (std::size_t digit = digits_.size(); digit-- > 0;) {
    const std::size_t axis = digits_[digit];
    if (std::isnan(point_[axis])) {
      continue;
    }
    const double next = space_->cell(axis, point_[axis]).second;
    // The last cell ends at 1, up to rounding.
    if (const double value = next < 1 - 1e-12 ? middle(*space_, axis, next) : 1;
        value > point_[axis] && value < 1) {
      point_[axis] = value;
      start_from(digit + 1);
      return;
    }
  }
  done_ = true;
}

}  // namespace luthier
