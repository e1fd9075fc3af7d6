// The density of trials along one axis, smoothed over the cells of its grid: what PED-ANOVA
// compares. Kernels of levels in order are normal distributions cut off at the ends, as wide as
// Scott's rule says ("Multivariate Density Estimation", 1992) but at least wide enough to keep 90%
// of their mass in their own cell and its neighbours' halves; those of categories are a smoothed
// indicator, the less smoothed the more trials there are. A prior over all cells counts as one
// trial.
#pragma once

#include <span>
#include <vector>

namespace luthier {

// `counts`: trials in each cell. The probability of each cell; they add up to 1.
std::vector<double> ordered_density(std::span<const double> counts);
std::vector<double> categorical_density(std::span<const double> counts);

// sum of p (q / p - 1)^2: Pearson's divergence of q from p. Cells without mass are given a little.
double pearson_divergence(std::span<const double> q, std::span<const double> p);

}  // namespace luthier
