#include "search/parzen/truncated_normal.h"

#include <algorithm>
#include <cmath>

#include "search/parzen/elementary.h"

namespace luthier::parzen {
namespace {

constexpr double kSqrtTwoPi = 0x1.40d931ff62706p1;
constexpr double kLogSqrtTwoPi = 0x1.d67f1c864beb5p-1;

// Acklam's rational approximation for p <= 1/2; relative error about 1e-9.
double rough_quantile(double p) {
  if (p < 0.02425) {
    const double q = std::sqrt(-2 * logarithm(p));
    return (((((-7.784894002430293e-03 * q - 3.223964580411365e-01) * q - 2.400758277161838) * q -
              2.549732539343734) *
                 q +
             4.374664141464968) *
                q +
            2.938163982698783) /
           ((((7.784695709041462e-03 * q + 3.224671290700398e-01) * q + 2.445134137142996) * q +
             3.754408661907416) *
                q +
            1);
  }
  const double q = p - 0.5;
  const double r = q * q;
  return (((((-3.969683028665376e+01 * r + 2.209460984245205e+02) * r - 2.759285104469687e+02) * r +
            1.383577518672690e+02) *
               r -
           3.066479806614716e+01) *
              r +
          2.506628277459239) *
         q /
         (((((-5.447609879822406e+01 * r + 1.615858368580409e+02) * r - 1.556989798598866e+02) * r +
            6.680131188771972e+01) *
               r -
           1.328068155288572e+01) *
              r +
          1);
}

}  // namespace

double normal_quantile(double p) {
  if (p > 0.5) {
    return -normal_quantile(1 - p);
  }
  const double x = rough_quantile(p);
  // One step of Halley's method.
  const double error = upper_tail(std::max(0.0, -x)) - p;
  const double step = error * kSqrtTwoPi * exponential(0.5 * x * x);
  return x - step / (1 + 0.5 * x * step);
}

double TruncatedNormal::inside() const {
  return normal_mass(-centre / width, (1 - centre) / width);
}

double TruncatedNormal::log_density_at_centre() const {
  return -logarithm(inside() * width) - kLogSqrtTwoPi;
}

double TruncatedNormal::density(double x) const {
  const double z = (x - centre) / width;
  return exponential(log_density_at_centre() - 0.5 * z * z);
}

double TruncatedNormal::mass(double low, double high) const {
  return normal_mass((low - centre) / width, (high - centre) / width) / inside();
}

double TruncatedNormal::quantile(double p) const {
  const double below = upper_tail(centre / width);
  const double above = upper_tail((1 - centre) / width);
  const double inside = 1 - below - above;
  const double from_below = below + p * inside;
  // Smallest positive number: p = 0 at a bound so far out that nothing is left beyond it.
  constexpr double kLeast = 0x1p-1000;
  const double z = from_below <= 0.5 ? normal_quantile(std::max(kLeast, from_below))
                                     : -normal_quantile(std::max(kLeast, above + (1 - p) * inside));
  return std::clamp(centre + width * z, 0.0, 1.0);
}

}  // namespace luthier::parzen
