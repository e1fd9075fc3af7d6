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

constexpr double kWidth = 960;
constexpr double kHeight = 340;
constexpr double kLeft = 72;
constexpr double kRight = 16;
constexpr double kTop = 12;
constexpr double kBottom = 48;
constexpr double kRowHeight = 34;
constexpr double kLabelRoom = 200;  // for names beside rows

// Tenths of a pixel are enough, and short.
std::string pixel(double value) {
  return formatted("{:g}", std::round(value * 10) / 10);
}

std::string text_at(double x, double y, std::string_view anchor, const std::string& text) {
  return formatted("<text x=\"{}\" y=\"{}\" text-anchor=\"{}\">{}</text>",
                   pixel(x),
                   pixel(y),
                   anchor,
                   html_text(text));
}

std::string line(std::string_view kind, double x1, double y1, double x2, double y2) {
  return formatted(
      "<path class=\"{}\" d=\"M{} {}L{} {}\"/>", kind, pixel(x1), pixel(y1), pixel(x2), pixel(y2));
}

std::string group_class(std::size_t group) {
  return formatted("g{}{}", group % kPlotColors, group >= kPlotColors ? " again" : "");
}

// Where a plot's frame is, and how numbers become pixels in it.
struct Frame {
  PlotScale x;
  PlotScale y;
  double px(double value) const { return kLeft + (x.place(value) * (kWidth - kLeft - kRight)); }
  double py(double value) const {
    return kHeight - kBottom - (y.place(value) * (kHeight - kTop - kBottom));
  }
};

std::string grid_lines(const Frame& frame, const std::string& x_name, const std::string& y_name) {
  std::string out;
  for (const double tick : frame.y.ticks(6)) {
    out += line("grid", kLeft, frame.py(tick), kWidth - kRight, frame.py(tick));
    out += text_at(kLeft - 8, frame.py(tick) + 4, "end", figure(tick));
  }
  for (const double tick : frame.x.ticks(8)) {
    out += line("tick", frame.px(tick), kHeight - kBottom, frame.px(tick), kHeight - kBottom + 5);
    out += text_at(frame.px(tick), kHeight - kBottom + 19, "middle", figure(tick));
  }
  out += line("axis", kLeft, kHeight - kBottom, kWidth - kRight, kHeight - kBottom);
  out += text_at((kLeft + kWidth - kRight) / 2, kHeight - 8, "middle", x_name);
  out += formatted(
      "<text transform=\"translate(14 {}) rotate(-90)\" text-anchor=\"middle\">{}"
      "</text>",
      pixel((kTop + kHeight - kBottom) / 2),
      html_text(y_name));
  return out;
}

// A step line through (at, y): only what moves a tenth of a pixel is written.
std::string step_line(std::span<const CurveStep> steps, const Frame& frame) {
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
std::string band(std::span<const CurveStep> all, const Frame& frame) {
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

std::string svg(double height, const std::string& label, const std::string& content) {
  return formatted("<svg viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{}\">{}</svg>\n",
                   pixel(kWidth),
                   pixel(height),
                   html_text(label),
                   content);
}

// A point beside its row's middle by luck that is the same each time, so that equal values show.
double jitter(std::size_t group, std::size_t index) {
  return Rng(group, "jitter", index).uniform(-7, 7);
}

}  // namespace

std::string svg_curves(const ComparisonReport& comparison, CurveAxis axis) {
  std::vector<double> places = {0};
  for (const GroupSummary& group : comparison.groups) {
    for (const CurveStep& step : group.curves[static_cast<std::size_t>(axis)]) {
      places.push_back(step.at);
    }
  }
  const Frame frame{.x = PlotScale(places, false), .y = value_scale(comparison, axis, true)};
  const std::string x_name(axis_name(axis));
  const std::string y_name = value_name(comparison) + (frame.y.logarithmic() ? " (log scale)" : "");
  std::string content = grid_lines(frame, x_name, y_name);
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
  return svg(kHeight, formatted("{} against {}", value_name(comparison), x_name), content);
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
    return left + (scale.place(value) * (kWidth - left - kRight - 8));
  };
  const double height =
      kTop + (kRowHeight * static_cast<double>(comparison.groups.size())) + kBottom;
  std::string content;
  for (const double tick : scale.ticks(7)) {
    content += line("grid", px(tick), kTop, px(tick), height - kBottom);
    content += text_at(px(tick), height - kBottom + 19, "middle", figure(tick));
  }
  const std::string name = value_name(comparison) + " at the end";
  content += text_at((left + kWidth - kRight) / 2,
                     height - 8,
                     "middle",
                     name + (scale.logarithmic() ? " (log scale)" : ""));
  for (std::size_t i = 0; i < comparison.groups.size(); ++i) {
    const GroupSummary& group = comparison.groups[i];
    const double y = kTop + (kRowHeight * (static_cast<double>(i) + 0.5));
    content += text_at(left - 10, y + 4, "end", fit(printable(group.label), 30));
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
    content += line("whisker " + group_class(i), px(s.low), y, px(s.high), y);
    content += line("centre " + group_class(i), px(s.centre), y - 12, px(s.centre), y + 12);
  }
  return svg(height, name, content);
}

}  // namespace luthier
