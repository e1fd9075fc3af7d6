// From numbers to places: the range a plot shows, linear or logarithmic, and its round ticks.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "laboratory/comparison/comparison.h"

namespace luthier {

class PlotScale {
 public:
  // Covers `values`; those not finite are left out. Logarithmic when asked for and all are above 0.
  PlotScale(std::span<const double> values, bool logarithmic);

  // 0 at the low end, 1 at the high end; values beyond are cut to the ends. No NaN.
  double place(double value) const;
  bool logarithmic() const { return logarithmic_; }
  // About `count` round numbers within the range, ascending.
  std::vector<double> ticks(int count) const;

 private:
  bool logarithmic_ = false;
  double low_ = 0;  // of the logarithm
  double high_ = 1;
};

// The values a comparison's curves take (medians, and bands when asked), and the scale they ask
// for: regrets that fall tenfold are logarithmic.
PlotScale value_scale(const ComparisonReport& comparison, CurveAxis axis, bool bands);

// The curve's value at a position: that of the last step at or before it; NaN before the first.
double value_at(std::span<const CurveStep> steps, double position);

}  // namespace luthier
