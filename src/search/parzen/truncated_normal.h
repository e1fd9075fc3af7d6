// A normal distribution cut off outside the unit interval: the kernel of one observation on a
// numeric axis.
#pragma once

namespace luthier::parzen {

// The number with probability `p`, 0 < p < 1, below it under the standard normal distribution.
double normal_quantile(double p);

// Preconditions: 0 <= centre <= 1, width > 0.
struct TruncatedNormal {
  double centre = 0.5;
  double width = 1;

  double inside() const;  // mass the whole normal has in [0, 1]
  double log_density_at_centre() const;
  double density(double x) const;
  double mass(double low, double high) const;
  double quantile(double p) const;  // 0 <= p <= 1
};

}  // namespace luthier::parzen
