// Experiments side by side: their curves, ranks and whether a difference can be luck.
#include <unistd.h>

#include <array>

#include "base/format.h"
#include "base/terminal_text.h"
#include "base/text.h"
#include "base/try.h"
#include "cli/commands/reading/compared.h"
#include "cli/output/compare_text.h"
#include "cli/output/output.h"
#include "cli/output/output_file.h"
#include "cli/reading.h"
#include "laboratory/comparison/comparison_json.h"
#include "laboratory/comparison/drawing/chart.h"
#include "loggers/console/console.h"

namespace luthier::cli {
namespace {

constexpr std::array kExamples = {
    std::string_view("luthier compare asha-1 asha-2 fifo-1 fifo-2"),
    std::string_view("luthier compare --by scheduler --results sweep --csv sweep.csv"),
    std::string_view("luthier compare --by model --at time=10m --axis trials --json")};
constexpr std::array kOperands = {Operand{.name = "EXPERIMENT",
                                          .required = false,
                                          .repeatable = true,
                                          .completes = Completes::experiment}};
constexpr std::array kOptions = {
    kBy,
    Option{.name = "axis",
           .argument = "AXIS",
           .meaning = "the chart's horizontal axis: time, trials or resource (the training "
                      "iterations of all trials) (default: time)",
           .completes = Completes::words,
           .words = kAxisWords},
    kAt,
    kOptimum,
    Option{.name = "csv",
           .argument = "FILE",
           .meaning = "write the curves",
           .completes = Completes::file},
    Option{.name = "plain", .meaning = "a chart in ASCII, without colour"},
    kResults,
    kJson};

constexpr std::array kFormer = {FormerOption{
    .name = "html", .instead = "`luthier report EXPERIMENT... -o FILE` writes the page"}};

struct Request {
  ComparisonOptions options;
  CurveAxis axis = CurveAxis::time;
};

Result<Request> parse_request(const Arguments& arguments) {
  Request request;
  std::vector<std::string> problems;
  const auto options = comparison_options(arguments, arguments.operands());
  options ? void(request.options = *options) : problems.push_back(options.error().message);
  if (const auto text = arguments.text("axis")) {
    const auto axis = parse_axis("--axis", *text);
    axis ? void(request.axis = *axis) : problems.push_back(axis.error().message);
  }
  const auto csv = arguments.text("csv");
  std::error_code ignored;
  if (csv && std::filesystem::exists(std::filesystem::symlink_status(*csv, ignored))) {
    problems.push_back(*csv + " exists; name a new file with --csv or remove it");
  }
  if (!problems.empty()) {
    return Error{ErrorCode::invalid_argument, join(problems, "\n")};
  }
  return request;
}

Result<> write(const ComparisonReport& comparison, const Arguments& arguments) {
  const auto path = arguments.text("csv");
  if (!path) {
    return {};
  }
  LUTHIER_TRY(write_new_file(*path, curves_csv(comparison)));
  talk("wrote " + *path);
  return {};
}

int run(const Arguments& arguments) {
  const auto request = parse_request(arguments);
  if (!request) {
    return fail(request.error());
  }
  auto experiments = compared_experiments(arguments, arguments.operands());
  auto curves = experiments ? read_curves(*experiments, request->options.budget)
                            : Result<std::vector<ExperimentCurve>>(experiments.error());
  if (!curves) {
    return fail(curves.error());
  }
  const auto comparison = compare(std::move(*curves), request->options);
  if (!comparison) {
    return fail(comparison.error());
  }
  if (const auto written = write(*comparison, arguments); !written) {
    return fail(written.error());
  }
  if (arguments.has("json")) {
    return finish(to_json(*comparison));
  }
  for (const auto& warning : comparison->warnings) {
    talk(warning);
  }
  const auto console = console_options(STDOUT_FILENO, arguments.has("plain"), 1);
  const ChartStyle style{.width = output_columns() > 0 ? output_columns() : 80,
                         .color = console.color && console.live};
  return finish(
      formatted("{}\n{}", chart(*comparison, request->axis, style), compare_text(*comparison)));
}

}  // namespace

extern const Command kCompare;
const Command kCompare = {
    .name = "compare",
    .summary = "compare experiments: curves, ranks, and whether a difference may be chance",
    .examples = kExamples,
    .operands = kOperands,
    .options = kOptions,
    .former = kFormer,
    .run = run};

}  // namespace luthier::cli
