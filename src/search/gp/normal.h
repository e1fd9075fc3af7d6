// The standard normal distribution, in the same bits everywhere.
#pragma once

#include <cmath>

#include "search/parzen/elementary.h"

namespace luthier::gp {

inline constexpr double kLogSqrtTwoPi = 0x1.d67f1c864beb5p-1;
inline constexpr double kNormalTail = -30;  // below, series for z to minus infinity are used

inline double log_density(double z) {
  return -0.5 * z * z - kLogSqrtTwoPi;
}

// The probability of less than z.
inline double below(double z) {
  const double tail = parzen::upper_tail(std::abs(z));
  return z < 0 ? tail : 1 - tail;
}

inline double log_below(double z) {
  return z < kNormalTail ? log_density(z) - parzen::logarithm(-z) : parzen::logarithm(below(z));
}
// Of log_below.
inline double log_below_slope(double z) {
  return z < kNormalTail ? -z - 1 / z : parzen::exponential(log_density(z)) / below(z);
}

}  // namespace luthier::gp
