#include "laboratory/comparison/curve_steps.h"

#include <algorithm>
#include <cmath>

namespace luthier {

std::vector<double> positions(std::span<const ExperimentCurve> experiments, CurveAxis axis) {
  double end = 0;
  for (const ExperimentCurve& experiment : experiments) {
    end = std::max(end, experiment.end.at(axis));
  }
  std::vector<double> all;
  const bool whole = axis != CurveAxis::time;
  if (whole && end <= static_cast<double>(kMostPositions)) {
    for (int at = 1; at <= end; ++at) {
      all.push_back(at);
    }
    return all;
  }
  for (std::size_t i = 1; i <= kMostPositions && end > 0; ++i) {
    const double at = end * static_cast<double>(i) / static_cast<double>(kMostPositions);
    all.push_back(whole ? std::ceil(at) : at);
  }
  return all;
}

std::vector<CurveStep> curve_steps(std::span<const double> positions,
                                   double end,
                                   const ValuesAt& values_at,
                                   const Bootstrap& bootstrap) {
  std::vector<CurveStep> steps;
  std::vector<double> before;
  for (const double at : positions) {
    std::vector<double> values = values_at(at);
    const bool last = at >= end;
    if (values != before) {
      steps.push_back({at, bootstrap.spread(values)});
      before = std::move(values);
    } else if (last && !steps.empty()) {
      steps.push_back({at, steps.back().spread});
    }
    if (last) {
      break;
    }
  }
  return steps;
}

}  // namespace luthier
