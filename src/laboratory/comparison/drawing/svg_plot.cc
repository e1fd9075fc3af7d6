#include "laboratory/comparison/drawing/svg_plot.h"

#include <algorithm>
#include <cmath>

#include "base/format.h"
#include "laboratory/comparison/drawing/chart.h"
#include "laboratory/comparison/drawing/html_text.h"
#include "laboratory/comparison/drawing/plot_scale.h"

namespace luthier {
namespace {

// A step line through (at, y): only what moves a tenth of a pixel is written.
std::string step_line(std::span<const CurveStep> steps, const SvgFrame& frame) {
  std::string path;
  std::string y_before;
  std::string x_last;
  for (const CurveStep& step : steps) {
    if (!std::isfinite(step.spread.centre)) {
      continue;
    }
    x_last = pixel(frame.px(step.at));
    const std::string y = pixel(frame.py(step.spread.centre));
    if (path.empty()) {
      path = formatted("M{} {}", x_last, y);
    } else if (y != y_before) {
      path += formatted("H{}V{}", x_last, y);
    }
    y_before = y;
  }
  return path.empty() ? path : formatted("{}H{}", path, x_last);
}

// The area between low and high; what is infinite reaches to the edge.
std::string band(std::span<const CurveStep> all, const SvgFrame& frame) {
  std::vector<CurveStep> steps;
  for (const CurveStep& step : all) {
    if (!std::isfinite(step.spread.centre)) {
      continue;
    }
    const bool same =
        !steps.empty() && &step != &all.back() &&
        pixel(frame.py(step.spread.low)) == pixel(frame.py(steps.back().spread.low)) &&
        pixel(frame.py(step.spread.high)) == pixel(frame.py(steps.back().spread.high));
    if (!same) {
      steps.push_back(step);
    }
  }
  if (steps.empty()) {
    return "";
  }
  std::string path = formatted(
      "M{} {}", pixel(frame.px(steps.front().at)), pixel(frame.py(steps.front().spread.high)));
  for (const CurveStep& step : steps) {
    path += formatted("H{}V{}", pixel(frame.px(step.at)), pixel(frame.py(step.spread.high)));
  }
  for (std::size_t i = steps.size(); i-- > 0;) {
    path += formatted("V{}H{}", pixel(frame.py(steps[i].spread.low)), pixel(frame.px(steps[i].at)));
  }
  return path + "Z";
}

// All but the legend.
std::string curves_content(const ComparisonReport& comparison,
                           CurveAxis axis,
                           const SvgSize& size,
                           double top) {
  std::vector<double> places = {0};
  for (const GroupSummary& group : comparison.groups) {
    for (const CurveStep& step : group.curves[static_cast<std::size_t>(axis)]) {
      places.push_back(step.at);
    }
  }
  const SvgFrame frame{.x = PlotScale(places, false),
                       .y = value_scale(comparison, axis, true),
                       .size = size,
                       .top = top};
  const std::string y_name = value_name(comparison) + (frame.y.logarithmic() ? " (log scale)" : "");
  std::string content = svg_axes(frame, axis_name(axis), y_name);
  for (const bool bands : {true, false}) {
    for (std::size_t i = 0; i < comparison.groups.size(); ++i) {
      const auto& steps = comparison.groups[i].curves[static_cast<std::size_t>(axis)];
      const std::string path = bands ? band(steps, frame) : step_line(steps, frame);
      if (!path.empty()) {
        content += formatted("<path class=\"{} {}\" d=\"{}\"><title>{}</title></path>",
                             bands ? "band" : "curve",
                             group_class(i),
                             path,
                             html_text(comparison.groups[i].label));
      }
    }
  }
  return content;
}

std::string curves_label(const ComparisonReport& comparison, CurveAxis axis) {
  return formatted("{} against {}", value_name(comparison), axis_name(axis));
}

}  // namespace

std::string svg_curves_document(const ComparisonReport& comparison,
                                CurveAxis axis,
                                const SvgSize& size) {
  std::vector<std::string> names;
  for (const GroupSummary& group : comparison.groups) {
    names.push_back(group.label);
  }
  const SvgLegend legend = svg_legend(names, size.width);
  return svg_document(
      size,
      curves_label(comparison, axis),
      legend.content + curves_content(comparison, axis, size, legend.height + kSvgTop));
}

}  // namespace luthier
