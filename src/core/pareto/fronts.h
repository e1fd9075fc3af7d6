// Several losses at once: which results dominate others, and the fronts that leaves. All losses are
// to be small; +infinity is allowed, NaN is not.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace luthier {

using Losses = std::vector<double>;  // one for each objective, in their order

// `a` is at least as good in every objective and better in one.
bool dominates(std::span<const double> a, std::span<const double> b);

bool all_finite(std::span<const double> losses);

// For each point the number of its front: 0 where no other dominates it, 1 where only points of
// front 0 do, and so on. O(n log n) with one or two objectives, O(n^2) at worst with more (Zhang,
// Tian, Cheng and Jin, "An efficient approach to nondominated sorting", 2015).
std::vector<std::size_t> fronts_of(std::span<const Losses> points);

// How lonely each point of one front is: the sum over the objectives of the distance between its
// neighbours, over the front's range; infinite at both ends (Deb et al., NSGA-II, 2002).
std::vector<double> crowding_distances(std::span<const Losses> front);

}  // namespace luthier
