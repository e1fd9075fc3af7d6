// Hypervolume: how much of the space below a reference point some results dominate (Zitzler and
// Thiele 1998). Exact for any number of objectives: O(n log n) for two, a factor of n more for each
// further one.
#pragma once

#include <span>
#include <vector>

#include "core/pareto/fronts.h"

namespace luthier {

// Points that are not better than `reference` in every objective add nothing.
double hypervolume(std::span<const Losses> points, std::span<const double> reference);

// What `point` dominates and none of `others` does.
double hypervolume_added(std::span<const double> point,
                         std::span<const Losses> others,
                         std::span<const double> reference);

// For each point, what it alone dominates.
std::vector<double> hypervolume_contributions(std::span<const Losses> points,
                                              std::span<const double> reference);

}  // namespace luthier
