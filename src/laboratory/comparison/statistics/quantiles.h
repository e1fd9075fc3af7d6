// Quantiles of a few numbers, some of which may be infinite.
#pragma once

#include <span>
#include <vector>

namespace luthier {

// The number `part` of the way from `low` up to `high`, 0 < part < 1. Between an infinity and a
// number is the infinity; between the two infinities is 0.
double between(double low, double high, double part);

// `sorted` ascending, not empty; linear between neighbours (Hyndman and Fan's definition 7).
double quantile(std::span<const double> sorted, double probability);
double median(std::vector<double> values);  // not empty
double mean(std::span<const double> values);

}  // namespace luthier
