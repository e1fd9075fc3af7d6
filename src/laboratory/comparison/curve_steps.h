// Curves of groups: where they are looked at, and what is seen there.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "laboratory/comparison/comparison.h"

namespace luthier {

// More positions than a plot has visible steps would only make files larger.
inline constexpr std::size_t kMostPositions = 240;

// Ascending, up to the largest end of the experiments: every whole number when there are few trials
// or iterations, else evenly spaced. Empty when nothing was spent.
std::vector<double> positions(std::span<const ExperimentCurve> experiments, CurveAxis axis);

// [value of each experiment or block] at a position, one call a position.
using ValuesAt = std::function<std::vector<double>(double position)>;
// Steps up to the first position that is at least `end`; equal neighbours are told once.
std::vector<CurveStep> curve_steps(std::span<const double> positions,
                                   double end,
                                   const ValuesAt& values_at,
                                   const Bootstrap& bootstrap);

}  // namespace luthier
