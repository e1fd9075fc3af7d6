// Ranks: 1 for the smallest; equal values share the mean of their places.
#pragma once

#include <span>
#include <vector>

namespace luthier {

std::vector<double> ranks(std::span<const double> values);  // no NaN

}  // namespace luthier
