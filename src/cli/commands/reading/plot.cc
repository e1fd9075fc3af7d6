// A picture of experiments as an SVG file.
#include "service/plots/plot.h"

#include <algorithm>
#include <array>

#include "base/failure.h"
#include "base/text.h"
#include "base/try.h"
#include "cli/commands/reading/compared.h"
#include "cli/output/output.h"
#include "cli/output/output_file.h"
#include "cli/reading.h"
#include "laboratory/comparison/drawing/svg_plot.h"
#include "tuner/stored/experiment_names.h"

namespace luthier::cli {
namespace {

constexpr std::string_view kKindWords = "best curves importance slice contour front compare";
constexpr std::array kExamples = {
    std::string_view("luthier plot best digits -o digits.svg"),
    std::string_view("luthier plot slice digits lr batch --log -o slices.svg"),
    std::string_view("luthier plot contour digits lr batch"),
    std::string_view("luthier plot compare asha-1 asha-2 fifo-1 fifo-2 --axis trials -o ours.svg")};
constexpr std::array kOperands = {
    Operand{.name = "KIND", .completes = Completes::words, .words = kKindWords},
    Operand{.name = "EXPERIMENT",
            .required = false,
            .repeatable = true,
            .completes = Completes::experiment}};
constexpr std::array kOptions = {
    Option{.name = "output",
           .letter = 'o',
           .argument = "FILE",
           .meaning = "the picture to write, a new file; - is standard output (default: the kind's "
                      "name with .svg)",
           .completes = Completes::file},
    Option{.name = "force", .meaning = "write over a file that exists"},
    Option{.name = "width",
           .argument = "PIXELS",
           .meaning = "from 200 to 4000 (default: 640; of slices, 960)"},
    Option{
        .name = "height",
        .argument = "PIXELS",
        .meaning = "from 150 to 4000 (default: 400; of contour, 480; of slices, 260 for each row)"},
    Option{.name = "axis",
           .argument = "AXIS",
           .meaning = "of best and compare: time, trials or resource (default: time)",
           .completes = Completes::words,
           .words = kAxisWords},
    Option{.name = "metric",
           .argument = "NAME",
           .meaning = "of curves, importance, slice and contour (default: the first objective)"},
    Option{.name = "log", .meaning = "values in powers of ten, where all are above 0"},
    kBy,
    kAt,
    kOptimum,
    kResults};

Result<double> pixels(const Arguments& arguments,
                      const char* option,
                      double otherwise,
                      std::int64_t least) {
  constexpr std::int64_t kMost = 4000;
  const auto text = arguments.text(option);
  if (!text) {
    return otherwise;
  }
  const std::string name = std::string("--") + option;
  LUTHIER_TAKE(const auto count, parse_count(name, *text, least));
  if (count > kMost) {
    return failure(
        ErrorCode::invalid_argument, "{} is '{}'; it must be at most {}", name, *text, kMost);
  }
  return static_cast<double>(count);
}

// What is plotted: all operands after the kind, but for `slice` and `contour`, whose others are
// parameters.
struct Plotted {
  std::string kind;
  std::vector<std::filesystem::path> experiments;
  PlotOptions options;
};

Result<Plotted> plotted(const Arguments& arguments) {
  const auto& operands = arguments.operands();
  Plotted plot{.kind = operands.front()};
  const auto kinds = split(kKindWords, ' ');
  if (std::ranges::find(kinds, plot.kind) == kinds.end()) {
    return Error{ErrorCode::invalid_argument, unknown_name("kind of plot", plot.kind, kinds)};
  }
  const bool of_parameters = plot.kind == "slice" || plot.kind == "contour";
  const bool several = plot.kind == "best" || plot.kind == "compare";
  for (std::size_t i = 1; i < operands.size(); ++i) {
    if (i > 1 && of_parameters) {
      plot.options.parameters.push_back(operands[i]);
    } else if (i > 1 && !several) {
      return failure(ErrorCode::invalid_argument,
                     "'{}' shows one experiment; best and compare show several",
                     plot.kind);
    } else {
      LUTHIER_TAKE(auto found, look_up_experiment(results_directory(arguments), operands[i]));
      plot.experiments.push_back(std::move(found));
    }
  }
  if (plot.experiments.empty() && !(plot.kind == "compare" && arguments.has("by"))) {
    return Error{ErrorCode::invalid_argument, "name an experiment to plot"};
  }
  if (const auto axis = arguments.text("axis")) {
    LUTHIER_TRY(parse_axis("--axis", *axis));
    plot.options.axis = *axis;
  }
  plot.options.metric = arguments.text("metric").value_or("");
  plot.options.logarithmic = arguments.has("log");
  return plot;
}

Result<> take_size(Plotted& plot, const Arguments& arguments) {
  const bool rows = plot.kind == "slice";  // as many as there are parameters
  const double usual = rows ? 0 : plot.kind == "contour" ? 480 : 400;
  LUTHIER_TAKE(plot.options.size.width, pixels(arguments, "width", rows ? 960 : 640, 200));
  LUTHIER_TAKE(plot.options.size.height, pixels(arguments, "height", usual, 150));
  return {};
}

Result<std::string> compare_plot(const Arguments& arguments, const Plotted& plot) {
  const auto names = std::span(arguments.operands()).subspan(1);
  LUTHIER_TAKE(const auto options, comparison_options(arguments, names));
  LUTHIER_TAKE(auto experiments, compared_experiments(arguments, names));
  LUTHIER_TAKE(auto curves, read_curves(experiments, options.budget));
  LUTHIER_TAKE(const auto comparison, compare(std::move(curves), options));
  LUTHIER_TAKE(const auto axis, parse_axis("--axis", plot.options.axis));
  return svg_curves_document(comparison, axis, plot.options.size);
}

Result<std::string> drawn(const Plotted& plot, const Arguments& arguments) {
  if (plot.kind == "compare") {
    return compare_plot(arguments, plot);
  }
  if (plot.kind == "best") {
    return best_plot(plot.experiments, plot.options);
  }
  const auto& experiment = plot.experiments.front();
  return plot.kind == "curves"       ? curves_plot(experiment, plot.options)
         : plot.kind == "importance" ? importance_plot(experiment, plot.options)
         : plot.kind == "slice"      ? slice_plot(experiment, plot.options)
         : plot.kind == "contour"    ? contour_plot(experiment, plot.options)
                                     : front_plot(experiment, plot.options);
}

Result<std::string> write_plot(const Arguments& arguments) {
  LUTHIER_TAKE(auto plot, plotted(arguments));
  LUTHIER_TRY(take_size(plot, arguments));
  const std::string path = arguments.text("output").value_or(plot.kind + ".svg");
  return write_made(path, arguments.has("force"), [&] { return drawn(plot, arguments); });
}

int run(const Arguments& arguments) {
  return finish_made(write_plot(arguments));
}

}  // namespace

extern const Command kPlot;
const Command kPlot = {.name = "plot",
                       .summary = "draw experiments as an SVG file for a paper",
                       .examples = kExamples,
                       .operands = kOperands,
                       .options = kOptions,
                       .run = run};

}  // namespace luthier::cli
