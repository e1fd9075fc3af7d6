#include "laboratory/comparison/drawing/chart.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "base/format.h"
#include "base/terminal_text.h"
#include "base/utf8.h"
#include "laboratory/comparison/drawing/plot_scale.h"
#include "laboratory/comparison/figures.h"

namespace luthier {
namespace {

constexpr std::array<int, 6> kColors = {34, 33, 32, 35, 36, 31};
constexpr std::string_view kLetters =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
constexpr int kLabelWidth = 9;

// What is drawn in one cell: by which curves' dots, or which curve's letter.
struct Cell {
  unsigned dots = 0;  // of braille, bit (row * 2 + column)
  std::size_t curve = 0;
  bool used = false;
};

// Dots on a grid finer than the cells: 1 x 1 for letters, 2 x 4 for braille.
class Canvas {
 public:
  Canvas(int columns, int rows, bool braille)
      : columns_(columns),
        rows_(rows),
        fine_x_(braille ? 2 : 1),
        fine_y_(braille ? 4 : 1),
        cells_(static_cast<std::size_t>(columns) * static_cast<std::size_t>(rows)) {}

  int width() const { return columns_ * fine_x_; }
  int height() const { return rows_ * fine_y_; }

  void dot(int x, int y, std::size_t curve) {
    Cell& cell = at(x / fine_x_, y / fine_y_);
    if (cell.used && cell.curve != curve) {
      // The newer curve takes the cell: half of each would be no curve at all.
      cell.dots = 0;
    }
    cell.dots |= 1U << ((y % fine_y_) * 2 + (x % fine_x_));
    cell.curve = curve;
    cell.used = true;
  }
  Cell& at(int column, int row) {
    return cells_[(static_cast<std::size_t>(row) * static_cast<std::size_t>(columns_)) +
                  static_cast<std::size_t>(column)];
  }

 private:
  int columns_;
  int rows_;
  int fine_x_;
  int fine_y_;
  std::vector<Cell> cells_;
};

// U+2800 and the eight dots, in Unicode's order.
std::string braille(unsigned dots) {
  constexpr std::array<unsigned, 8> kBit = {0x01, 0x08, 0x02, 0x10, 0x04, 0x20, 0x40, 0x80};
  unsigned code = 0x2800;
  for (unsigned i = 0; i < kBit.size(); ++i) {
    code |= (dots >> i) & 1U ? kBit[i] : 0U;
  }
  std::string out;
  append_utf8(out, code);
  return out;
}

std::string colored(const std::string& text, std::size_t curve) {
  return formatted("\x1b[{}m{}\x1b[0m", kColors[curve % kColors.size()], text);
}

void draw(Canvas& canvas,
          std::span<const CurveStep> steps,
          std::size_t curve,
          double x_end,
          const PlotScale& scale) {
  int before = -1;
  const double last_position = steps.empty() ? 0 : steps.back().at;
  for (int x = 0; x < canvas.width(); ++x) {
    const double position = x_end * (x + 1) / canvas.width();
    const double value = value_at(steps, position);
    const bool ended = x_end * x / canvas.width() > last_position;
    if (!std::isfinite(value) || ended) {
      before = -1;
      continue;
    }
    const int y = static_cast<int>(std::lround((1 - scale.place(value)) * (canvas.height() - 1)));
    // The riser of the step; the curve is one line.
    const int from = before < 0 ? y : before;
    for (int each = std::min(from, y); each <= std::max(from, y); ++each) {
      canvas.dot(x, each, curve);
    }
    before = y;
  }
}

// Row -> label of the tick that stands there.
std::vector<std::string> row_labels(const PlotScale& scale, int rows) {
  std::vector<std::string> labels(static_cast<std::size_t>(rows));
  for (const double tick : scale.ticks(std::max(2, rows / 2))) {
    const auto row = std::lround((1 - scale.place(tick)) * (rows - 1));
    labels[static_cast<std::size_t>(row)] = figure(tick);
  }
  return labels;
}

std::string axis_lines(double x_end, int columns, CurveAxis axis, bool color) {
  const std::string margin(kLabelWidth + 1, ' ');
  std::string line;
  for (int i = 0; i < columns; ++i) {
    line += color ? "─" : "-";
  }
  const std::string end = figure(x_end);
  const std::string name(axis_name(axis));
  const int room = columns - 1 - static_cast<int>(end.size());
  return formatted("{}{}{}\n{} 0 {}{}\n",
                   margin,
                   color ? "└" : "+",
                   line,
                   margin,
                   pad_right(fit(name, room - 2), room - 1),
                   end);
}

double end_of(const ComparisonReport& comparison, CurveAxis axis) {
  double end = 0;
  for (const GroupSummary& group : comparison.groups) {
    const auto& steps = group.curves[static_cast<std::size_t>(axis)];
    end = std::max(end, steps.empty() ? 0.0 : steps.back().at);
  }
  return end;
}

bool has_result(const ComparisonReport& comparison, CurveAxis axis) {
  return std::ranges::any_of(comparison.groups, [axis](const GroupSummary& group) {
    return std::ranges::any_of(
        group.curves[static_cast<std::size_t>(axis)],
        [](const CurveStep& step) { return std::isfinite(step.spread.centre); });
  });
}

std::string legend(const ComparisonReport& comparison, const ChartStyle& style) {
  std::string out;
  for (std::size_t i = 0; i < comparison.groups.size(); ++i) {
    const std::string label =
        fit(printable(comparison.groups[i].label), style.width - kLabelWidth - 6);
    const std::string key =
        style.color ? colored("━━", i) : std::string(1, kLetters[i % kLetters.size()]);
    out += formatted("{}{} {}\n", std::string(kLabelWidth + 2, ' '), key, label);
  }
  return out;
}

}  // namespace

std::string_view axis_name(CurveAxis axis) {
  switch (axis) {
    case CurveAxis::trials:
      return "trials";
    case CurveAxis::time:
      return "seconds";
    case CurveAxis::resource:
      return "training iterations";
  }
  return "";
}

std::string chart(const ComparisonReport& comparison, CurveAxis axis, const ChartStyle& style) {
  const double x_end = end_of(comparison, axis);
  if (x_end <= 0 || !has_result(comparison, axis)) {
    return "nothing to draw: no result yet\n";
  }
  const int columns = std::max(style.width, kLeastChartWidth) - kLabelWidth - 2;
  Canvas canvas(columns, style.height, style.color);
  const PlotScale scale = value_scale(comparison, axis, false);
  for (std::size_t i = 0; i < comparison.groups.size(); ++i) {
    draw(canvas, comparison.groups[i].curves[static_cast<std::size_t>(axis)], i, x_end, scale);
  }
  const auto labels = row_labels(scale, style.height);
  std::string out = formatted("{}{}\n",
                              fit(printable(value_name(comparison)), style.width),
                              scale.logarithmic() ? " (log scale)" : "");
  for (int row = 0; row < style.height; ++row) {
    const std::string& label = labels[static_cast<std::size_t>(row)];
    std::string line = pad_left(label, kLabelWidth) + " ";
    line += style.color ? (label.empty() ? "│" : "┤") : (label.empty() ? "|" : "+");
    std::string drawn;
    std::size_t blanks = 0;
    for (int column = 0; column < columns; ++column) {
      const Cell& cell = canvas.at(column, row);
      if (!cell.used) {
        ++blanks;
        continue;
      }
      drawn.append(std::exchange(blanks, 0), ' ');
      drawn += style.color ? colored(braille(cell.dots), cell.curve)
                           : std::string(1, kLetters[cell.curve % kLetters.size()]);
    }
    out += formatted("{}{}\n", line, drawn);
  }
  return out + axis_lines(x_end, columns, axis, style.color) + legend(comparison, style);
}

}  // namespace luthier
