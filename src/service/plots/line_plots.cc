// Lines: the best value so far, and a metric of many trials.
#include <algorithm>
#include <array>
#include <cmath>
#include <ranges>
#include <utility>

#include "base/format.h"
#include "base/try.h"
#include "laboratory/comparison/drawing/html_text.h"
#include "service/plots/plot.h"
#include "service/plots/plot_data.h"
#include "service/report/chosen_trials.h"

namespace luthier {
namespace {

constexpr std::size_t kMostCurves = 200;

using Points = std::vector<std::pair<double, double>>;

struct PlotLine {
  std::string name;
  std::string look;  // attributes of the path
  Points points;     // y may be NaN: a gap
};

// Only what moves a tenth of a pixel is written. `steps`: a value holds until the next.
std::string path_of(const Points& points, const SvgFrame& frame, bool steps) {
  std::string path;
  bool down = false;
  for (const auto& [x, y] : points) {
    if (!std::isfinite(y)) {
      down = false;
      continue;
    }
    const std::string px = pixel(frame.px(x));
    const std::string py = pixel(frame.py(y));
    path += !down   ? formatted("M{} {}", px, py)
            : steps ? formatted("H{}V{}", px, py)
                    : formatted("L{} {}", px, py);
    down = true;
  }
  return path;
}

std::string drawn(const PlotLine& line, const SvgFrame& frame, bool steps) {
  return formatted("<path {} d=\"{}\"><title>{}</title></path>\n",
                   line.look,
                   path_of(line.points, frame, steps),
                   html_text(line.name));
}

SvgFrame frame_of(const std::vector<PlotLine>& lines, const PlotOptions& options, double top) {
  std::vector<double> xs;
  std::vector<double> ys;
  for (const PlotLine& line : lines) {
    for (const auto& [x, y] : line.points) {
      xs.push_back(x);
      ys.push_back(y);
    }
  }
  return {.x = PlotScale(xs, false),
          .y = PlotScale(ys, options.logarithmic),
          .size = options.size,
          .top = top};
}

bool has_value(const PlotLine& line) {
  return std::ranges::any_of(line.points,
                             [](const auto& point) { return std::isfinite(point.second); });
}

std::string with_scale(const std::string& name, const SvgFrame& frame) {
  return frame.y.logarithmic() ? name + " (log scale)" : name;
}

struct BestAxis {
  std::string_view name;
  std::string_view member;
  std::string_view label;
};
constexpr std::array kBestAxes = {BestAxis{"time", "time_s", "seconds"},
                                  BestAxis{"trials", "trials", "trials"},
                                  BestAxis{"resource", "results", "results"}};

// From the best trial's colour to the worst's, as in the dashboard.
std::string ramp(double share) {
  using Colour = std::array<double, 3>;
  constexpr std::array<Colour, 3> kStops = {
      Colour{15, 79, 148}, Colour{143, 138, 153}, Colour{217, 138, 58}};
  const std::size_t from = share < 0.5 ? 0 : 1;
  const double part = (share * 2) - static_cast<double>(from);
  std::string out = "#";
  for (std::size_t i = 0; i < 3; ++i) {
    const double value = kStops[from][i] + (part * (kStops[from + 1][i] - kStops[from][i]));
    out += formatted("{:02x}", std::lround(value));
  }
  return out;
}

Points points_of(const Json& curve) {
  Points points;
  for (const Json& point : items_of(curve, "points")) {
    if (point.items.size() == 2) {
      points.emplace_back(number_in(point.items[0]), number_in(point.items[1]));
    }
  }
  return points;
}

// The best trial first.
Result<std::vector<PlotLine>> curves_of(const std::filesystem::path& experiment,
                                        const std::string& metric) {
  LUTHIER_TAKE(const auto ranked, ranked_trials(experiment));
  std::string trials;
  for (const TrialId trial : chosen_trials(ranked, kMostCurves)) {
    trials += (trials.empty() ? "" : ",") + std::to_string(trial.value);
  }
  LUTHIER_TAKE(
      const auto json,
      asked(experiment, {"curves"}, {{"metric", metric}, {"trials", trials}, {"points", "200"}}));
  std::vector<PlotLine> lines;
  for (const Json& curve : items_of(json, "curves")) {
    PlotLine line{.name = formatted("trial {:.0f}", number_of(curve, "trial")),
                  .points = points_of(curve)};
    if (has_value(line)) {
      lines.push_back(std::move(line));
    }
  }
  return lines;
}

void colour(std::vector<PlotLine>& lines) {
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const double share =
        lines.size() > 1 ? static_cast<double>(i) / static_cast<double>(lines.size() - 1) : 0;
    lines[i].look = formatted("class=\"curve{}\" stroke-linecap=\"round\" color=\"{}\"",
                              i == 0 ? "" : " thin",
                              ramp(share));
  }
}

}  // namespace

Result<std::string> best_plot(std::span<const std::filesystem::path> experiments,
                              const PlotOptions& options) {
  const auto* const axis = std::ranges::find(kBestAxes, options.axis, &BestAxis::name);
  std::vector<PlotLine> lines;
  std::vector<std::string> names;
  std::string metric;
  for (std::size_t i = 0; i < experiments.size(); ++i) {
    LUTHIER_TAKE(const auto json, asked(experiments[i], {"progress"}));
    metric = text_member(json, "metric");
    PlotLine line{.name = experiments[i].filename().string(),
                  .look = formatted("class=\"curve {}\"", group_class(i))};
    for (const Json& point : items_of(json, "points")) {
      line.points.emplace_back(number_of(point, axis->member), number_of(point, "best"));
    }
    if (!has_value(line)) {
      return nothing_to_draw(experiments[i], metric);
    }
    names.push_back(line.name);
    lines.push_back(std::move(line));
  }
  const SvgLegend legend =
      svg_legend(names.size() > 1 ? TickNames(names) : TickNames(), options.size.width);
  const SvgFrame frame = frame_of(lines, options, legend.height + kSvgTop);
  std::string content = legend.content + svg_axes(frame, axis->label, with_scale(metric, frame));
  for (const PlotLine& line : lines) {
    content += drawn(line, frame, true);
  }
  return svg_document(
      options.size, formatted("The best {} so far against {}", metric, axis->label), content);
}

Result<std::string> curves_plot(const std::filesystem::path& experiment,
                                const PlotOptions& options) {
  LUTHIER_TAKE(const auto columns, columns_of(experiment));
  LUTHIER_TAKE(const auto* const metric, columns.metric(options.metric));
  LUTHIER_TAKE(auto lines, curves_of(experiment, metric->name));
  if (lines.empty()) {
    return nothing_to_draw(experiment, metric->name);
  }
  colour(lines);
  const SvgFrame frame = frame_of(lines, options, kSvgTop);
  std::string content = svg_axes(frame, "iteration", with_scale(metric->name, frame));
  for (const PlotLine& line : std::views::reverse(lines)) {
    content += drawn(line, frame, false);
  }
  return svg_document(options.size,
                      formatted("{} of {} trials of {} against the iteration",
                                metric->name,
                                lines.size(),
                                experiment.filename().string()),
                      content);
}

}  // namespace luthier
