// The plot of a comparison as SVG: curve i has the class "g" + i % kPlotColors.
#pragma once

#include <string>

#include "laboratory/comparison/comparison.h"
#include "laboratory/comparison/drawing/svg_parts.h"

namespace luthier {

// Curves of the centres with their 95% bands against one axis, below a legend, as a file of its
// own.
std::string svg_curves_document(const ComparisonReport& comparison,
                                CurveAxis axis,
                                const SvgSize& size);

}  // namespace luthier
