// Plots of a comparison as inline SVG. Colours and fonts come from the page's style: curve i has
// the class "g" + i % kPlotColors.
#pragma once

#include <string>

#include "laboratory/comparison/comparison.h"

namespace luthier {

inline constexpr std::size_t kPlotColors = 8;

// Curves of the centres with their 95% bands against one axis.
std::string svg_curves(const ComparisonReport& comparison, CurveAxis axis);

// Each group's final values as points, with quartiles as a box, the centre as a line and its band.
// "" when there is nothing finite to show.
std::string svg_finals(const ComparisonReport& comparison);

}  // namespace luthier
