// Plots of a comparison as SVG: curve i has the class "g" + i % kPlotColors.
#pragma once

#include <string>

#include "laboratory/comparison/comparison.h"
#include "laboratory/comparison/drawing/svg_parts.h"

namespace luthier {

// Curves of the centres with their 95% bands against one axis.
std::string svg_curves(const ComparisonReport& comparison, CurveAxis axis);
// The same with a legend, as a file of its own.
std::string svg_curves_document(const ComparisonReport& comparison,
                                CurveAxis axis,
                                const SvgSize& size);

// Each group's final values as points, with quartiles as a box, the centre as a line and its band.
// "" when there is nothing finite to show.
std::string svg_finals(const ComparisonReport& comparison);

}  // namespace luthier
