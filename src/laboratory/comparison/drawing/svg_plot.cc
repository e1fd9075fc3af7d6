#include "laboratory/comparison/drawing/svg_plot.h"

#include <algorithm>
#include <cmath>

#include "base/format.h"
#include "base/terminal_text.h"
#include "laboratory/comparison/drawing/chart.h"
#include "laboratory/comparison/drawing/html_text.h"
#include "laboratory/comparison/drawing/plot_scale.h"
#include "laboratory/comparison/figures.h"
#include "luthier/rng.h"

namespace luthier {
namespace {

constexpr double kWidth = SvgSize().width;
constexpr double kRowHeight = 34;
constexpr double kLabelRoom = 200;  // for names beside rows

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
  std::string path =
      "M" + pixel(frame.px(steps.front().at)) + " " + pixel(frame.py(steps.front().spread.high));
  for (const CurveStep& step : steps) {
    path += formatted("H{}V{}", pixel(frame.px(step.at)), pixel(frame.py(step.spread.high)));
  }
  for (std::size_t i = steps.size(); i-- > 0;) {
    path += formatted("V{}H{}", pixel(frame.py(steps[i].spread.low)), pixel(frame.px(steps[i].at)));
  }
  return path + "Z";
}

// A point beside its row's middle by luck that is the same each time, so that equal values show.
double jitter(std::size_t group, std::size_t index) {
  return Rng(group, "jitter", index).uniform(-7, 7);
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

std::string svg_curves(const ComparisonReport& comparison, CurveAxis axis) {
  const SvgSize size;
  return svg_element(
      size, curves_label(comparison, axis), curves_content(comparison, axis, size, kSvgTop));
}

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

std::string svg_finals(const ComparisonReport& comparison) {
  std::vector<double> values;
  for (const GroupSummary& group : comparison.groups) {
    values.insert(values.end(), group.finals.begin(), group.finals.end());
  }
  if (std::ranges::none_of(values, [](double value) { return std::isfinite(value); })) {
    return "";
  }
  const bool logarithmic = value_scale(comparison, CurveAxis::trials, false).logarithmic();
  if (logarithmic) {
    std::erase_if(values, [](double value) { return value <= 0; });
  }
  const PlotScale scale(values, logarithmic);
  const double left = kLabelRoom;
  const auto px = [&](double value) {
    return left + (scale.place(value) * (kWidth - left - kSvgRight - 8));
  };
  const double height =
      kSvgTop + (kRowHeight * static_cast<double>(comparison.groups.size())) + kSvgBottom;
  std::string content;
  for (const double tick : scale.ticks(7)) {
    content += svg_line("grid", px(tick), kSvgTop, px(tick), height - kSvgBottom);
    content += svg_text(px(tick), height - kSvgBottom + 19, "middle", figure(tick));
  }
  const std::string name = value_name(comparison) + " at the end";
  content += svg_text((left + kWidth - kSvgRight) / 2,
                      height - 8,
                      "middle",
                      name + (scale.logarithmic() ? " (log scale)" : ""));
  for (std::size_t i = 0; i < comparison.groups.size(); ++i) {
    const GroupSummary& group = comparison.groups[i];
    const double y = kSvgTop + (kRowHeight * (static_cast<double>(i) + 0.5));
    content += svg_text(left - 10, y + 4, "end", fit(printable(group.label), 30));
    if (group.finals.empty()) {
      continue;
    }
    const Spread& s = group.final;
    content += formatted("<rect class=\"box {}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"20\"/>",
                         group_class(i),
                         pixel(px(s.quartile_1)),
                         pixel(y - 10),
                         pixel(std::max(1.0, px(s.quartile_3) - px(s.quartile_1))));
    for (std::size_t k = 0; k < group.finals.size(); ++k) {
      if (std::isfinite(group.finals[k])) {
        content += formatted("<circle class=\"{}\" cx=\"{}\" cy=\"{}\" r=\"2.5\"/>",
                             group_class(i),
                             pixel(px(group.finals[k])),
                             pixel(y + jitter(i, k)));
      }
    }
    content += svg_line("whisker " + group_class(i), px(s.low), y, px(s.high), y);
    content += svg_line("centre " + group_class(i), px(s.centre), y - 12, px(s.centre), y + 12);
  }
  return svg_element({.width = kWidth, .height = height}, name, content);
}

}  // namespace luthier
