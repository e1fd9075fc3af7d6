// Points: a metric against parameters, and one objective against another.
#include <algorithm>
#include <cmath>
#include <set>

#include "base/failure.h"
#include "base/format.h"
#include "base/text.h"
#include "base/try.h"
#include "service/plots/plot.h"
#include "service/plots/plot_data.h"

namespace luthier {
namespace {

constexpr std::size_t kMostSlices = 12;
constexpr std::size_t kAcross = 3;  // slices in a row
constexpr double kSliceHeight = 260;

std::string point_at(double x, double y, std::string_view kind, double radius) {
  return formatted("<circle class=\"{}\" cx=\"{}\" cy=\"{}\" r=\"{}\"/>",
                   kind,
                   pixel(x),
                   pixel(y),
                   pixel(radius));
}

bool is_there(double x, double y) {
  return std::isfinite(x) && std::isfinite(y);
}

PlotScale scale_of(const PlotColumn& column) {
  if (column.names.empty()) {
    return {column.values, column.logarithmic};
  }
  const std::vector<double> ends = {-0.5, static_cast<double>(column.names.size()) - 0.5};
  return {ends, false};
}

// The trial with the best value; that of the smallest where nothing says what is better.
std::size_t best_of(const PlotColumn& metric) {
  std::size_t best = 0;
  for (std::size_t i = 0; i < metric.values.size(); ++i) {
    const double value = metric.values[i];
    const double other = metric.values[best];
    if (!std::isfinite(other) || (metric.maximised ? value > other : value < other)) {
      best = i;
    }
  }
  return best;
}

std::string slice(const PlotColumn& parameter,
                  const PlotColumn& metric,
                  const PlotOptions& options,
                  const SvgSize& size,
                  bool first) {
  const SvgFrame frame{
      .x = scale_of(parameter), .y = PlotScale(metric.values, options.logarithmic), .size = size};
  std::string content =
      svg_axes(frame,
               parameter.name + (frame.x.logarithmic() ? " (log scale)" : ""),
               first ? metric.name + (frame.y.logarithmic() ? " (log scale)" : "") : "",
               parameter.names);
  const std::size_t best = best_of(metric);
  for (std::size_t i = 0; i < parameter.values.size(); ++i) {
    const double x = parameter.values[i];
    const double y = metric.values[i];
    if (is_there(x, y)) {
      content += point_at(frame.px(x), frame.py(y), "dot g0", 2.5);
      content += i == best ? point_at(frame.px(x), frame.py(y), "ring", 5) : "";
    }
  }
  return content;
}

Result<std::vector<const PlotColumn*>> sliced(const PlotColumns& columns,
                                              const std::vector<std::string>& wanted) {
  std::vector<const PlotColumn*> found;
  std::vector<std::string> known;
  for (const PlotColumn& each : columns.columns) {
    if (each.kind == "parameter") {
      known.push_back(each.name);
      if (wanted.empty() && found.size() < kMostSlices) {
        found.push_back(&each);
      }
    }
  }
  for (const std::string& name : wanted) {
    const PlotColumn* column = columns.find(name, true);
    if (column == nullptr) {
      return Error{ErrorCode::invalid_argument, unknown_name("parameter", name, known)};
    }
    found.push_back(column);
  }
  return found;
}

bool has_value(const PlotColumn& metric) {
  return std::ranges::any_of(metric.values, [](double value) { return std::isfinite(value); });
}

// Where the front has its corners, by the first objective.
std::string stairs(const SvgFrame& frame, const std::vector<Json>& front) {
  std::string path;
  for (const Json& each : front) {
    const auto& values = items_of(each, "values");
    const std::string x = pixel(frame.px(number_in(values[0])));
    const std::string y = pixel(frame.py(number_in(values[1])));
    path += path.empty() ? formatted("M{} {}", x, y) : formatted("H{}V{}", x, y);
  }
  return formatted("<path class=\"curve g0\" d=\"{}\"/>", path);
}

}  // namespace

Result<std::string> slice_plot(const std::filesystem::path& experiment,
                               const PlotOptions& options) {
  LUTHIER_TAKE(const auto columns, columns_of(experiment));
  LUTHIER_TAKE(const auto* const metric, columns.metric(options.metric));
  LUTHIER_TAKE(const auto parameters, sliced(columns, options.parameters));
  if (parameters.empty() || !has_value(*metric)) {
    return nothing_to_draw(experiment, metric->name);
  }
  const std::size_t across = std::min(parameters.size(), kAcross);
  const std::size_t rows = (parameters.size() + across - 1) / across;
  const auto down = static_cast<double>(rows);
  const SvgSize whole{
      .width = options.size.width,
      .height = options.size.height > 0 ? options.size.height : kSliceHeight * down};
  const SvgSize each{.width = whole.width / static_cast<double>(across),
                     .height = whole.height / down};
  std::string content;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const std::size_t row = i / across;
    content += formatted("<g transform=\"translate({} {})\">{}</g>\n",
                         pixel(each.width * static_cast<double>(i % across)),
                         pixel(each.height * static_cast<double>(row)),
                         slice(*parameters[i], *metric, options, each, i % across == 0));
  }
  return svg_document(whole,
                      formatted("{} of the trials of {} against {}",
                                metric->name,
                                experiment.filename().string(),
                                counted(std::ssize(parameters), "parameter")),
                      content);
}

Result<std::string> front_plot(const std::filesystem::path& experiment,
                               const PlotOptions& options) {
  LUTHIER_TAKE(const auto columns, columns_of(experiment));
  LUTHIER_TAKE(const auto answer, asked(experiment, {"front"}));
  const auto& objectives = items_of(answer, "objectives");
  if (objectives.size() < 2) {
    return failure(ErrorCode::invalid_argument,
                   "'{}' has one objective, so there is no front; 'luthier plot best' shows it",
                   experiment.filename().string());
  }
  LUTHIER_TAKE(const auto* const across, columns.metric(text_member(objectives[0], "metric")));
  LUTHIER_TAKE(const auto* const up, columns.metric(text_member(objectives[1], "metric")));
  const auto& front = items_of(answer, "front");
  if (front.empty()) {
    return nothing_to_draw(experiment, "every objective");
  }
  const SvgFrame frame{.x = PlotScale(across->values, false),
                       .y = PlotScale(up->values, options.logarithmic),
                       .size = options.size};
  std::string content = svg_axes(frame,
                                 across->name + (across->maximised ? " (max)" : " (min)"),
                                 up->name + (up->maximised ? " (max)" : " (min)"));
  content += objectives.size() == 2 ? stairs(frame, front) : "";
  std::set<std::int64_t> on_front;
  for (const Json& each : front) {
    on_front.insert(static_cast<std::int64_t>(number_of(each, "trial")));
  }
  for (const bool best : {false, true}) {
    for (std::size_t i = 0; i < columns.trials.size(); ++i) {
      const bool shown = on_front.contains(columns.trials[i]) == best;
      if (shown && is_there(across->values[i], up->values[i])) {
        content += point_at(frame.px(across->values[i]),
                            frame.py(up->values[i]),
                            best ? "bar g0" : "dot g1",
                            best ? 4.5 : 2.5);
      }
    }
  }
  return svg_document(options.size,
                      formatted("{} against {}: {:.0f} of {:.0f} trials are on the front",
                                up->name,
                                across->name,
                                number_of(answer, "front_count"),
                                number_of(answer, "scored")),
                      content);
}

}  // namespace luthier
