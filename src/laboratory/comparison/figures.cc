#include "laboratory/comparison/figures.h"

#include <cmath>

#include "base/format.h"
#include "base/terminal_text.h"

namespace luthier {

std::string figure(double number) {
  if (!std::isfinite(number)) {
    return "-";
  }
  // Counts stay whole: 14130, not 1.413e+04.
  const bool large = std::fabs(number) >= 1e3 && std::fabs(number) < 1e7;
  return large ? formatted("{:.0f}", number) : formatted("{:.4g}", number);
}

std::string time_figure(double seconds) {
  return seconds < 10 ? formatted("{:.3g}s", seconds) : duration_text(seconds);
}

std::string p_figure(double p) {
  return p < 0.0001 ? "<0.0001" : formatted("{:.3g}", p);
}

std::string interval(double a, double b) {
  return std::isfinite(a) || std::isfinite(b) ? formatted("{} to {}", figure(a), figure(b)) : "-";
}

std::string verdict(const ComparisonReport& comparison, const PairSummary& pair) {
  if (pair.pairs == 0) {
    return "not tested";
  }
  return pair.better ? comparison.groups[*pair.better].label + " is better" : "no difference shown";
}

std::string effect_figure(const ComparisonReport& comparison, const PairSummary& pair) {
  if (!pair.effect) {
    return "-";
  }
  const bool ratio = comparison.measure == Measure::relative_regret;
  const std::string bounds = formatted(" ({})", interval(pair.effect->low, pair.effect->high));
  return figure(pair.effect->centre) + (ratio ? " times" : "") + bounds;
}

std::string_view centre_name(const ComparisonReport& comparison) {
  return comparison.measure == Measure::rank ? "mean" : "median";
}

std::string task_name(const TaskSummary& task) {
  return task.label.empty() ? "all" : task.label;
}

}  // namespace luthier
