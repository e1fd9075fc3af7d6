#include "core/space/fitting.h"

#include <cmath>

namespace luthier {

bool is_whole_in(const CompiledSpace& space, const Config& config) {
  if (!space.check(config)) {
    return false;
  }
  const std::vector<double> point = space.encode(config);
  for (std::size_t axis = 0; axis < point.size(); ++axis) {
    const bool is_active = !space.axes()[axis].conditional || space.is_active(axis, point);
    if (is_active == std::isnan(point[axis])) {
      return false;
    }
  }
  return true;
}

}  // namespace luthier
