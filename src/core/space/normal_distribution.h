// The standard normal distribution and its inverse.
#pragma once

namespace luthier {

double normal_cdf(double z);
// The z with normal_cdf(z) == probability, to about 1e-15 relative; infinite at 0 and 1.
// Wichura, "Algorithm AS 241: The percentage points of the normal distribution", 1988 (PPND16).
double normal_quantile(double probability);

}  // namespace luthier
