#include "laboratory/comparison/drawing/svg_parts.h"

#include <algorithm>
#include <cmath>

#include "base/format.h"
#include "base/terminal_text.h"
#include "laboratory/comparison/drawing/html_text.h"
#include "laboratory/comparison/figures.h"

namespace luthier {
namespace {

constexpr std::size_t kMostNames = 8;  // at the ticks of an axis
constexpr int kTickWidth = 14;         // letters
constexpr double kTickRoom = 60;       // pixels of a number
constexpr double kLeastTickRoom = 42;
constexpr double kLegendRow = 20;

// As web/style.css has them in its light colours.
constexpr std::string_view kDocumentStyle =
    "text{fill:#3c444d;font:12px sans-serif}"
    ".grid,.tick,.axis{fill:none;stroke:#dfe3e8}.axis{stroke:#5b6570}"
    ".curve{fill:none;stroke:currentColor;stroke-width:2;stroke-linejoin:round}"
    ".curve.thin{stroke-width:1;opacity:.6}.again{stroke-dasharray:6 4}"
    ".band{fill:currentColor;opacity:.16}.bar{fill:currentColor;opacity:.55}"
    ".dot{fill:currentColor;opacity:.5}.ring{fill:none;stroke:#1c2024;stroke-width:1.5}"
    ".mark{fill:#ffffff;stroke:#1c2024;stroke-width:1.2}"
    ".hatch{fill:none;stroke:#3c444d;stroke-width:.6;opacity:.6}"
    ".missing{fill:none;stroke:#a62b1f;stroke-width:1.5}"
    ".interval{fill:none;stroke:#1c2024;stroke-width:1.5}"
    ".g0{color:#0072b2}.g1{color:#d55e00}.g2{color:#00805e}.g3{color:#b0458c}"
    ".g4{color:#8a6d00}.g5{color:#2a9fd6}.g6{color:#6a4ca3}.g7{color:#7f5539}";

// Those whose names have room side by side: of many the powers of ten, and of these every other
// one.
std::vector<double> fewer(std::vector<double> ticks, double room) {
  const auto most = static_cast<std::size_t>(room / kLeastTickRoom);
  if (ticks.size() > most) {
    std::erase_if(ticks, [](double tick) {
      const double power = std::log10(tick);
      return std::fabs(power - std::round(power)) > 1e-9;
    });
  }
  for (; ticks.size() > most && ticks.size() > 2;) {
    for (std::size_t i = 1; i < ticks.size(); ++i) {
      ticks.erase(ticks.begin() + static_cast<std::ptrdiff_t>(i));
    }
  }
  return ticks;
}

std::string x_ticks(const SvgFrame& frame, TickNames names) {
  const double y = frame.size.height - kSvgBottom;
  std::string out;
  const auto add = [&](double at, const std::string& text) {
    out += svg_line("tick", frame.px(at), y, frame.px(at), y + 5);
    out += svg_text(frame.px(at), y + 19, "middle", text);
  };
  const std::size_t stride = std::max<std::size_t>(1, (names.size() + kMostNames - 1) / kMostNames);
  for (std::size_t i = 0; i < names.size(); i += stride) {
    add(static_cast<double>(i), fit(printable(names[i]), kTickWidth));
  }
  if (names.empty()) {
    const double room = frame.size.width - kSvgLeft - kSvgRight;
    const int count = std::clamp(static_cast<int>(room / kTickRoom), 5, 8);
    for (const double tick : fewer(frame.x.ticks(count), room)) {
      add(tick, figure(tick));
    }
  }
  return out;
}

// Of numbers, with lines across; of names, every one that has room.
std::string y_ticks(const SvgFrame& frame, TickNames names) {
  constexpr double kNameRoom = 16;
  constexpr int kNameWidth = 9;
  std::string out;
  const auto room = static_cast<std::size_t>((frame.size.height - frame.top) / kNameRoom);
  const std::size_t stride = names.size() / std::max<std::size_t>(1, room) + 1;
  for (std::size_t i = 0; i < names.size(); i += stride) {
    out += svg_text(kSvgLeft - 8,
                    frame.py(static_cast<double>(i)) + 4,
                    "end",
                    fit(printable(names[i]), kNameWidth));
  }
  if (!names.empty()) {
    return out;
  }
  for (const double tick : frame.y.ticks(std::max(5, static_cast<int>(frame.size.height / 55)))) {
    out += svg_line("grid", kSvgLeft, frame.py(tick), frame.size.width - kSvgRight, frame.py(tick));
    out += svg_text(kSvgLeft - 8, frame.py(tick) + 4, "end", figure(tick));
  }
  return out;
}

}  // namespace

double SvgFrame::px(double value) const {
  return kSvgLeft + (x.place(value) * (size.width - kSvgLeft - kSvgRight));
}

double SvgFrame::py(double value) const {
  return size.height - kSvgBottom - (y.place(value) * (size.height - top - kSvgBottom));
}

std::string pixel(double value) {
  return formatted("{:g}", std::round(value * 10) / 10);
}

std::string svg_text(double x, double y, std::string_view anchor, std::string_view text) {
  return formatted("<text x=\"{}\" y=\"{}\" text-anchor=\"{}\">{}</text>",
                   pixel(x),
                   pixel(y),
                   anchor,
                   html_text(text));
}

std::string svg_line(std::string_view kind, double x1, double y1, double x2, double y2) {
  return formatted(
      "<path class=\"{}\" d=\"M{} {}L{} {}\"/>", kind, pixel(x1), pixel(y1), pixel(x2), pixel(y2));
}

std::string group_class(std::size_t group) {
  return formatted("g{}{}", group % kPlotColors, group >= kPlotColors ? " again" : "");
}

std::string svg_axes(const SvgFrame& frame,
                     std::string_view x_name,
                     std::string_view y_name,
                     TickNames x_names,
                     TickNames y_names) {
  const auto [width, height] = frame.size;
  std::string out = y_ticks(frame, y_names);
  out += x_ticks(frame, x_names);
  out += svg_line("axis", kSvgLeft, height - kSvgBottom, width - kSvgRight, height - kSvgBottom);
  out += svg_text((kSvgLeft + width - kSvgRight) / 2, height - 8, "middle", x_name);
  out +=
      formatted("<text transform=\"translate(14 {}) rotate(-90)\" text-anchor=\"middle\">{}</text>",
                pixel((frame.top + height - kSvgBottom) / 2),
                html_text(y_name));
  return out;
}

SvgLegend svg_legend(std::span<const std::string> names, double width) {
  constexpr double kLetter = 7;
  constexpr double kKey = 30;
  SvgLegend legend;
  double x = kSvgLeft;
  double y = 18;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::string name = fit(printable(names[i]), 48);
    const double needs = kKey + (kLetter * static_cast<double>(name.size())) + 18;
    if (x > kSvgLeft && x + needs > width) {
      x = kSvgLeft;
      y += kLegendRow;
    }
    legend.content += svg_line("curve " + group_class(i), x, y - 4, x + 22, y - 4);
    legend.content += svg_text(x + kKey, y, "start", name);
    x += needs;
  }
  legend.height = names.empty() ? 0 : y + 2;
  return legend;
}

std::string svg_document(const SvgSize& size, std::string_view label, std::string_view content) {
  const std::string width = pixel(size.width);
  const std::string height = pixel(size.height);
  return formatted(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" viewBox=\"0 0 {0} "
      "{1}\" role=\"img\" aria-label=\"{2}\">\n<title>{2}</title>\n<style>{3}</style>\n"
      "<rect width=\"{0}\" height=\"{1}\" fill=\"#ffffff\"/>\n{4}\n</svg>\n",
      width,
      height,
      html_text(label),
      kDocumentStyle,
      content);
}

}  // namespace luthier
