// A metric over two parameters: the cells of the dashboard's contour, hatched where no trial is
// near, and the trials on top.
#include <algorithm>
#include <array>
#include <cmath>

#include "base/failure.h"
#include "base/format.h"
#include "base/terminal_text.h"
#include "base/try.h"
#include "laboratory/comparison/figures.h"
#include "service/plots/plot.h"
#include "service/plots/plot_data.h"

namespace luthier {
namespace {

constexpr double kLegendHeight = 26;
constexpr double kStripWidth = 140;
constexpr int kStripSteps = 48;
constexpr double kLetter = 6.5;
constexpr double kHatch = 8;  // pixels between its lines
constexpr std::size_t kMany = 500;

// As web/style.css has them in its light colours: the best, the middle, the worst.
using Colour = std::array<double, 3>;
constexpr std::array<Colour, 3> kColours = {
    Colour{0x0f, 0x4f, 0x94}, Colour{0x8f, 0x8a, 0x99}, Colour{0xd9, 0x8a, 0x3a}};

std::string colour_of(double share) {
  const std::size_t from = share < 0.5 ? 0 : 1;
  const double part = (share * 2) - static_cast<double>(from);
  std::array<int, 3> mixed{};
  for (std::size_t i = 0; i < mixed.size(); ++i) {
    const double a = kColours[from][i];
    mixed[i] = static_cast<int>(std::lround(a + ((kColours[from + 1][i] - a) * part)));
  }
  return formatted("#{:02x}{:02x}{:02x}", mixed[0], mixed[1], mixed[2]);
}

// The share of the trials that are better than a value.
class Shares {
 public:
  explicit Shares(const Json& answer) : maximised_(text_member(answer, "mode") == "max") {
    for (const Json& point : items_of(answer, "points")) {
      if (const double value = number_in(point.items[3]); std::isfinite(value)) {
        sorted_.push_back(value);
      }
    }
    std::ranges::sort(sorted_);
  }

  double operator()(double value) const {
    if (sorted_.size() < 2) {
      return 0;
    }
    const auto below = std::ranges::lower_bound(sorted_, value) - sorted_.begin();
    const double part =
        std::min(1.0, static_cast<double>(below) / static_cast<double>(sorted_.size() - 1));
    return maximised_ ? 1 - part : part;
  }
  double best() const { return maximised_ ? sorted_.back() : sorted_.front(); }
  double worst() const { return maximised_ ? sorted_.front() : sorted_.back(); }

 private:
  bool maximised_;
  std::vector<double> sorted_;
};

struct PlotAxis {
  std::string name;
  std::vector<std::string> choices;  // of a category, in bands of their own
  PlotScale scale;
};

PlotAxis axis_of(const Json& answer, std::string_view key) {
  const Json& json = *answer.find(key);
  std::vector<std::string> choices;
  for (const Json& choice : items_of(json, "choices")) {
    const auto value = choice.to_value();
    choices.push_back(value ? to_text(*value) : "");
  }
  std::vector<double> ends;
  for (const Json& end : items_of(json, "range")) {
    ends.push_back(number_in(end));
  }
  if (ends.empty()) {
    ends = {-0.5, static_cast<double>(choices.size()) - 0.5};
  }
  const bool logarithmic = text_member(json, "scale") == "log";
  return {text_member(json, "name") + (logarithmic ? " (log scale)" : ""),
          std::move(choices),
          PlotScale(ends, logarithmic)};
}

struct Box {
  double left, top, right, bottom;
};

// Of a cell: all of an axis are about equally wide, and whole pixels, so that no gap is between
// them.
Box box_of(const SvgFrame& frame,
           std::size_t column,
           std::size_t columns,
           std::size_t row,
           std::size_t rows) {
  const double width = frame.size.width - kSvgLeft - kSvgRight;
  const double height = frame.size.height - frame.top - kSvgBottom;
  const auto across = [&](std::size_t at) {
    return std::round(kSvgLeft + (width * static_cast<double>(at) / static_cast<double>(columns)));
  };
  const auto up = [&](std::size_t at) {
    return std::round(frame.top +
                      (height * (1 - (static_cast<double>(at) / static_cast<double>(rows)))));
  };
  return {across(column), up(row + 1), across(column + 1), up(row)};
}

// Lines that rise to the right, where x + y is a multiple.
std::string hatching(const Box& box) {
  std::string path;
  const int last = static_cast<int>(std::ceil((box.right + box.bottom) / kHatch)) - 1;
  for (int line = static_cast<int>(std::ceil((box.left + box.top) / kHatch)); line <= last;
       ++line) {
    const double sum = line * kHatch;
    const double x1 = std::max(box.left, sum - box.bottom);
    const double x2 = std::min(box.right, sum - box.top);
    path += formatted("M{} {}L{} {}", pixel(x1), pixel(sum - x1), pixel(x2), pixel(sum - x2));
  }
  return path;
}

std::string rectangle(const Box& box, const std::string& colour, double opacity) {
  return formatted(
      "<rect class=\"cell\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"{}\" "
      "opacity=\"{:g}\"/>",
      pixel(box.left),
      pixel(box.top),
      pixel(box.right - box.left),
      pixel(box.bottom - box.top),
      colour,
      opacity);
}

std::string cells_of(const Json& answer, const SvgFrame& frame, const Shares& shares) {
  const auto& rows = items_of(answer, "values");
  const auto& near = items_of(answer, "has_data");
  std::string cells;
  std::string empty;
  for (std::size_t r = 0; r < rows.size(); ++r) {
    const std::size_t columns = rows[r].items.size();
    for (std::size_t c = 0; c < columns; ++c) {
      const Box box = box_of(frame, c, columns, r, rows.size());
      const bool has_data = number_in(near[r].items[c]) == 1;
      if (const double value = number_in(rows[r].items[c]); std::isfinite(value)) {
        cells += rectangle(box, colour_of(shares(value)), has_data ? 0.9 : 0.35);
      }
      empty += has_data ? "" : hatching(box);
    }
  }
  return formatted("<g shape-rendering=\"crispEdges\">{}</g>\n{}",
                   cells,
                   empty.empty() ? "" : formatted("<path class=\"hatch\" d=\"{}\"/>\n", empty));
}

// Trials of one band stand side by side.
double spread(double trial) {
  return ((std::fmod(trial * 7919, 97) / 97) - 0.5) * 0.6;
}

std::string trials_of(const Json& answer,
                      const SvgFrame& frame,
                      const PlotAxis& x,
                      const PlotAxis& y) {
  const auto& points = items_of(answer, "points");
  const double radius = points.size() > kMany ? 1.3 : 2.6;
  std::string out;
  for (const Json& point : points) {
    const double trial = number_in(point.items[0]);
    const double across =
        frame.px(number_in(point.items[1]) + (x.choices.empty() ? 0 : spread(trial)));
    const double up =
        frame.py(number_in(point.items[2]) + (y.choices.empty() ? 0 : spread(trial + 31)));
    if (std::isfinite(number_in(point.items[3]))) {
      out += formatted("<circle class=\"mark\" cx=\"{}\" cy=\"{}\" r=\"{}\"/>",
                       pixel(across),
                       pixel(up),
                       pixel(radius));
    } else {
      out += svg_line("missing", across - 4, up - 4, across + 4, up + 4);
      out += svg_line("missing", across + 4, up - 4, across - 4, up + 4);
    }
  }
  return out;
}

// What the colours mean.
std::string legend_of(const Json& answer, const Shares& shares, double width) {
  std::string out;
  const double step = kStripWidth / kStripSteps;
  for (int i = 0; i < kStripSteps; ++i) {
    const double left = kSvgLeft + (step * i);
    out += rectangle({left, 8, left + step, 20}, colour_of(i / (kStripSteps - 1.0)), 0.9);
  }
  const bool objective = !text_member(answer, "mode").empty();
  const std::string said = formatted("{}: {} {} to {} {}; hatched: no trial near",
                                     text_member(answer, "metric"),
                                     objective ? "best" : "smallest",
                                     figure(shares.best()),
                                     objective ? "worst" : "largest",
                                     figure(shares.worst()));
  const double from = kSvgLeft + kStripWidth + 8;
  const auto letters = static_cast<int>((width - from) / kLetter);
  return formatted("<g shape-rendering=\"crispEdges\">{}</g>{}\n",
                   out,
                   svg_text(from, 18, "start", fit(printable(said), letters)));
}

ApiDoor::Query query_of(const PlotOptions& options) {
  ApiDoor::Query query = {{"metric", options.metric}};
  constexpr std::array kAxes = {"x", "y"};
  for (std::size_t i = 0; i < std::min(kAxes.size(), options.parameters.size()); ++i) {
    query.emplace_back(kAxes[i], options.parameters[i]);
  }
  return query;
}

Result<> check(const PlotOptions& options) {
  if (options.parameters.size() > 2) {
    return Error{ErrorCode::invalid_argument, "a contour is over two parameters; name two"};
  }
  if (options.logarithmic) {
    return Error{ErrorCode::invalid_argument,
                 "a contour is of ranks, which --log leaves as they are; drop it"};
  }
  return {};
}

}  // namespace

Result<std::string> contour_plot(const std::filesystem::path& experiment,
                                 const PlotOptions& options) {
  LUTHIER_TRY(check(options));
  LUTHIER_TAKE(const auto answer, asked(experiment, {"contour"}, query_of(options)));
  if (const auto reason = text_member(answer, "reason"); !reason.empty()) {
    return failure(ErrorCode::not_found,
                   "there is nothing to draw of '{}': {}",
                   experiment.filename().string(),
                   reason);
  }
  const PlotAxis x = axis_of(answer, "x");
  const PlotAxis y = axis_of(answer, "y");
  const Shares shares(answer);
  const SvgFrame frame{
      .x = x.scale, .y = y.scale, .size = options.size, .top = kSvgTop + kLegendHeight};
  const std::string metric = text_member(answer, "metric");
  return svg_document(options.size,
                      formatted("{} over {} and {}, interpolated from {:.0f} trials",
                                metric,
                                x.name,
                                y.name,
                                number_of(answer, "counted")),
                      legend_of(answer, shares, options.size.width) +
                          svg_axes(frame, x.name, y.name, x.choices, y.choices) +
                          cells_of(answer, frame, shares) + trials_of(answer, frame, x, y));
}

}  // namespace luthier
