// By how much trials miss a requirement, as values that a Gaussian process can learn: 0 where it is
// just met, in the logarithm of the amount beyond the usual one, so that a few trials that are far
// off do no harm.
#pragma once

#include <optional>
#include <span>
#include <vector>

namespace luthier::gp {

// `excess` as in TrialResult, one a trial; the values have a root mean square of 1. Nothing where
// all trials are alike: none has an amount, and all meet the requirement or all miss it.
std::optional<std::vector<double>> requirement_values(std::span<const double> excess);

}  // namespace luthier::gp
