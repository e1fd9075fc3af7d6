// What plots in SVG are made of: a frame that turns numbers into places, its axes, texts and lines.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "laboratory/comparison/drawing/plot_scale.h"

namespace luthier {

inline constexpr std::size_t kPlotColors = 8;

struct SvgSize {
  double width = 960;
  double height = 340;
};

// Around what is drawn in a frame.
inline constexpr double kSvgLeft = 72;
inline constexpr double kSvgRight = 16;
inline constexpr double kSvgTop = 12;
inline constexpr double kSvgBottom = 48;

struct SvgFrame {
  PlotScale x;
  PlotScale y;
  SvgSize size = {};
  double top = kSvgTop;

  double px(double value) const;
  double py(double value) const;
};

std::string pixel(double value);  // tenths are enough, and short
std::string svg_text(double x, double y, std::string_view anchor, std::string_view text);
std::string svg_line(std::string_view kind, double x1, double y1, double x2, double y2);
// "g3", or "g3 again" for the ninth and those that follow, which are dashed.
std::string group_class(std::size_t group);

// The names of values 0, 1, ... of an axis instead of its numbers; empty: numbers.
using TickNames = std::span<const std::string>;
std::string svg_axes(const SvgFrame& frame,
                     std::string_view x_name,
                     std::string_view y_name,
                     TickNames x_names = {},
                     TickNames y_names = {});

// Names of lines above a frame, in rows; `height` is what they need.
struct SvgLegend {
  std::string content;
  double height = 0;
};
SvgLegend svg_legend(std::span<const std::string> names, double width);

// A file of its own, on white, its text in the fonts of whoever shows it.
std::string svg_document(const SvgSize& size, std::string_view label, std::string_view content);

}  // namespace luthier
