#include "laboratory/comparison/drawing/plot_scale.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace luthier {
namespace {

constexpr double kDecadesForLogarithm = 1;

// 1, 2 or 5 times a power of ten, at least `least`.
double round_step(double least) {
  const double power = std::pow(10.0, std::floor(std::log10(least)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= least * (1 - 1e-9)) {
      return factor * power;
    }
  }
  return 10 * power;
}

}  // namespace

PlotScale::PlotScale(std::span<const double> values, bool logarithmic) : logarithmic_(logarithmic) {
  std::vector<double> shown;
  std::ranges::copy_if(
      values, std::back_inserter(shown), [](double value) { return std::isfinite(value); });
  if (shown.empty()) {
    logarithmic_ = false;
    return;
  }
  const auto [least, most] = std::ranges::minmax(shown);
  logarithmic_ = logarithmic && least > 0;
  low_ = logarithmic_ ? std::log10(least) : least;
  high_ = logarithmic_ ? std::log10(most) : most;
  if (high_ <= low_) {
    const double room = logarithmic_ ? 0.5 : std::fabs(low_) * 0.1;
    low_ -= room;
    high_ += room > 0 ? room : 1;  // 0 alone, a regret that can't be less
  }
}

double PlotScale::place(double value) const {
  if (logarithmic_) {
    value = value > 0 ? std::log10(value) : -std::numeric_limits<double>::infinity();
  }
  if (!std::isfinite(value)) {
    return value > 0 ? 1 : 0;
  }
  // Halves, so that a range from -1e308 to 1e308 does not overflow.
  return std::clamp((value / 2 - low_ / 2) / (high_ / 2 - low_ / 2), 0.0, 1.0);
}

std::vector<double> PlotScale::ticks(int count) const {
  std::vector<double> out;
  const double step =
      std::max(round_step((high_ / 2 - low_ / 2) / count * 2), logarithmic_ ? 1.0 : 0.0);
  if (!std::isfinite(step) || step <= 0) {
    return out;
  }
  const double first = std::ceil(low_ / step - 1e-9) + 0.0;  // no -0
  for (int i = 0; i < 64 && (first + i) * step <= high_ + (step * 1e-9); ++i) {
    const double at = (first + i) * step;
    out.push_back(logarithmic_ ? std::pow(10.0, at) : at);
  }
  // A few decades leave room for 1, 2 and 5 of each.
  if (logarithmic_ && out.size() < 4) {
    out.clear();
    for (int power = static_cast<int>(std::floor(low_)); power <= high_; ++power) {
      for (const double factor : {1.0, 2.0, 5.0}) {
        const double tick = factor * std::pow(10.0, power);
        if (std::log10(tick) >= low_ - 1e-9 && std::log10(tick) <= high_ + 1e-9) {
          out.push_back(tick);
        }
      }
    }
  }
  return out;
}

PlotScale value_scale(const ComparisonReport& comparison, CurveAxis axis, bool bands) {
  std::vector<double> values;
  for (const GroupSummary& group : comparison.groups) {
    for (const CurveStep& step : group.curves[static_cast<std::size_t>(axis)]) {
      values.push_back(step.spread.centre);
      if (bands) {
        values.push_back(step.spread.low);
        values.push_back(step.spread.high);
      }
    }
  }
  const bool regret =
      comparison.measure == Measure::regret || comparison.measure == Measure::relative_regret;
  double least = std::numeric_limits<double>::infinity();
  double most = 0;
  for (const double value : values) {
    if (std::isfinite(value) && value > 0) {
      least = std::min(least, value);
      most = std::max(most, value);
    }
  }
  const bool wide = regret && most > 0 && std::log10(most / least) >= kDecadesForLogarithm;
  if (wide) {
    // A regret of 0 has no logarithm and is drawn at the lower edge.
    std::erase_if(values, [](double value) { return value <= 0; });
  }
  return {values, wide};
}

double value_at(std::span<const CurveStep> steps, double position) {
  const auto after = std::ranges::upper_bound(steps, position, {}, &CurveStep::at);
  return after == steps.begin() ? std::numeric_limits<double>::quiet_NaN()
                                : std::prev(after)->spread.centre;
}

}  // namespace luthier
