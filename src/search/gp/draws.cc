#include "search/gp/draws.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "search/parzen/mixture.h"

namespace luthier::gp {

// Parents come before children, so each axis knows whether it is active.
template <class Coordinate>
void Draws::add(Points& out, Coordinate coordinate) {
  const auto axes = space_.axes();
  std::vector<double> point(axes.size(), std::numeric_limits<double>::quiet_NaN());
  for (std::size_t axis = 0; axis < axes.size(); ++axis) {
    const double x = axes[axis].grid ? grid_[axis] : coordinate(axis);
    if (!axes[axis].conditional || space_.is_active(axis, point)) {
      point[axis] = parzen::settled(space_, axis, x);
    }
  }
  if (!allowed_ || allowed_(point)) {
    out.add(point);
  }
}

void Draws::add_anywhere(Points& out) {
  add(out, [this](std::size_t) { return rng_.uniform(); });
}

void Draws::add_likely(const Priors& priors, Points& out) {
  const Priors::Source source = priors.source(rng_);
  add(out, [&](std::size_t axis) { return source.draw(space_, axis, rng_); });
}

void Draws::add_near(std::span<const double> point, double step, Points& out) {
  const double share = std::min(1.0, 2.0 / static_cast<double>(point.size()) + 0.2);
  add(out, [&](std::size_t axis) {
    const bool moves = rng_.uniform() < share;
    if (std::isnan(point[axis])) {
      return rng_.uniform();
    }
    if (!moves) {
      return point[axis];
    }
    if (space_.axes()[axis].kind == AxisKind::categorical) {
      return rng_.uniform();
    }
    const double moved = point[axis] + step * rng_.normal();
    const double mirrored = moved < 0 ? -moved : moved > 1 ? 2 - moved : moved;
    return std::clamp(mirrored, 0.0, std::nextafter(1.0, 0.0));
  });
}

void Draws::add_settled(std::span<const double> point, Points& out) {
  add(out,
      [&](std::size_t axis) { return std::isnan(point[axis]) ? rng_.uniform() : point[axis]; });
}

}  // namespace luthier::gp
