// A chart of curves for a terminal: step lines of the groups' medians (mean ranks) against one
// axis. With colour in braille dots, without it in ASCII, each curve in a letter of its own.
#pragma once

#include <string>

#include "laboratory/comparison/comparison.h"

namespace luthier {

struct ChartStyle {
  int width = 80;   // columns in all, at least kLeastChartWidth
  int height = 16;  // rows of the plot
  bool color = false;
};
inline constexpr int kLeastChartWidth = 40;

// Lines that end with '\n': the plot, the axis, the legend. Never holds text that could move a
// cursor.
std::string chart(const ComparisonReport& comparison, CurveAxis axis, const ChartStyle& style);

// "seconds", "trials", "training iterations"
std::string_view axis_name(CurveAxis axis);

}  // namespace luthier
