// Experiments side by side: their curves, ranks and whether a difference can be luck.
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/terminal_text.h"
#include "base/text.h"
#include "cli/output/compare_text.h"
#include "cli/output/output.h"
#include "cli/output/output_file.h"
#include "cli/reading.h"
#include "laboratory/comparison/comparison_json.h"
#include "laboratory/comparison/drawing/chart.h"
#include "laboratory/comparison/drawing/html_page.h"
#include "loggers/console/console.h"
#include "tuner/assembly.h"
#include "tuner/stored/experiment_names.h"

namespace luthier::cli {
namespace {

constexpr std::array kExamples = {
    std::string_view("luthier compare asha-1 asha-2 fifo-1 fifo-2"),
    std::string_view("luthier compare --by scheduler --results sweep --html sweep.html"),
    std::string_view("luthier compare --by model --at time=10m --axis trials --json")};
constexpr std::array kOperands = {Operand{.name = "EXPERIMENT",
                                          .required = false,
                                          .repeatable = true,
                                          .completes = Completes::experiment}};
constexpr std::string_view kAxisWords = "time trials resource";
constexpr std::array kOptions = {
    Option{.name = "by",
           .argument = "KEY",
           .meaning = "what makes the groups: scheduler, searcher, jobs, experiment (each alone) "
                      "or a tag; takes every "
                      "experiment when none is named (default: scheduler, searcher and jobs "
                      "together)",
           .repeatable = true},
    Option{.name = "axis",
           .argument = "AXIS",
           .meaning = "of the chart: time, trials or resource, the training iterations of all "
                      "trials (default: time)",
           .completes = Completes::words,
           .words = kAxisWords},
    Option{.name = "at",
           .argument = "AXIS=AMOUNT",
           .meaning = "compare what was found by then, such as time=10m, trials=50 or "
                      "resource=1000 (default: at the end of each)"},
    Option{.name = "optimum",
           .argument = "VALUE",
           .meaning = "the best value there is, for regret (default: the experiments' tag "
                      "optimum)"},
    Option{.name = "html",
           .argument = "FILE",
           .meaning = "write a page that opens in any browser, offline",
           .completes = Completes::file},
    Option{.name = "csv",
           .argument = "FILE",
           .meaning = "write the curves",
           .completes = Completes::file},
    Option{.name = "plain", .meaning = "a chart in ASCII, without colour"},
    kResults,
    kJson};

Result<CurveAxis> parse_axis(const std::string& option, const std::string& word) {
  if (word == "time") {
    return CurveAxis::time;
  }
  if (word == "trials") {
    return CurveAxis::trials;
  }
  if (word == "resource") {
    return CurveAxis::resource;
  }
  return Error{ErrorCode::invalid_argument,
               option + ": " + unknown_name("axis", word, split(kAxisWords, ' '))};
}

// "time=10m", "trials=50"
Result<Budget> parse_budget(const std::string& text) {
  const auto equals = text.find('=');
  if (equals == std::string::npos) {
    return Error{ErrorCode::invalid_argument,
                 "--at is '" + text + "'; it must be of the form AXIS=AMOUNT, such as time=10m"};
  }
  const auto axis = parse_axis("--at", text.substr(0, equals));
  if (!axis) {
    return axis.error();
  }
  const std::string amount = text.substr(equals + 1);
  if (*axis == CurveAxis::time) {
    const auto seconds = parse_duration("--at", amount);
    if (seconds && !(*seconds > 0)) {
      return Error{ErrorCode::invalid_argument,
                   "--at is '" + text + "'; nothing is found in no time"};
    }
    return seconds ? Result<Budget>(Budget{*axis, *seconds}) : seconds.error();
  }
  const auto count = parse_count("--at", amount, 1);
  return count ? Result<Budget>(Budget{*axis, static_cast<double>(*count)}) : count.error();
}

Result<ExperimentCurve> read_curve(const std::filesystem::path& directory,
                                   const std::optional<Budget>& budget) {
  CurveReader reader(budget);
  Result<> taken;
  const auto state = read_state(
      directory, [&](const Event& event) { taken = taken ? reader.take(event) : taken; });
  if (!state || !taken) {
    return state ? taken.error() : state.error();
  }
  return std::move(reader).curve();
}

// Those named, each once, or all there are. One that was not named and can't be read is left out,
// which is said.
Result<std::vector<ExperimentCurve>> read_curves(const Arguments& arguments,
                                                 const std::optional<Budget>& budget) {
  const auto results = results_directory(arguments);
  std::vector<ExperimentCurve> curves;
  std::vector<std::filesystem::path> directories;
  for (const auto& name : arguments.operands()) {
    auto found = look_up_experiment(results, name);
    if (!found) {
      return found.error();
    }
    const auto is_same = [&](const std::filesystem::path& other) {
      std::error_code ignored;
      return std::filesystem::equivalent(*found, other, ignored);
    };
    if (std::ranges::none_of(directories, is_same)) {
      directories.push_back(std::move(*found));
    }
  }
  const bool named = !directories.empty();
  if (!named) {
    directories = list_experiments(results);
  }
  for (const auto& directory : directories) {
    auto curve = read_curve(directory, budget);
    if (!curve && named) {
      return curve.error();
    }
    if (!curve) {
      talk("left out: " + curve.error().message);
      continue;
    }
    curves.push_back(std::move(*curve));
  }
  if (curves.empty()) {
    return Error{ErrorCode::not_found,
                 "no experiments in " + results.string() +
                     " to compare; name a directory that holds some with --results"};
  }
  return curves;
}

struct Request {
  ComparisonOptions options;
  CurveAxis axis = CurveAxis::time;
};

Result<Request> parse_request(const Arguments& arguments) {
  Request request;
  for (const std::string& key : arguments.all("by")) {
    auto& by = request.options.by;
    if (std::ranges::find(by, key) == by.end()) {
      by.push_back(key);
    }
  }
  std::vector<std::string> problems;
  if (arguments.operands().empty() && request.options.by.empty()) {
    problems.emplace_back(
        "nothing to compare; name experiments, or --by scheduler, searcher, jobs, experiment or a "
        "tag for all "
        "in --results");
  }
  if (const auto text = arguments.text("optimum")) {
    request.options.optimum = parse_number(*text);
    if (!request.options.optimum || !std::isfinite(*request.options.optimum)) {
      problems.push_back("--optimum is '" + *text + "'; it must be a finite number");
    }
  }
  if (const auto text = arguments.text("axis")) {
    const auto axis = parse_axis("--axis", *text);
    axis ? void(request.axis = *axis) : problems.push_back(axis.error().message);
  }
  if (const auto text = arguments.text("at")) {
    const auto budget = parse_budget(*text);
    budget ? void(request.options.budget = *budget) : problems.push_back(budget.error().message);
  }
  for (const char* option : {"html", "csv"}) {
    const auto path = arguments.text(option);
    std::error_code ignored;
    if (path && std::filesystem::exists(std::filesystem::symlink_status(*path, ignored))) {
      problems.push_back(*path + " exists; name a new file with --" + option + " or remove it");
    }
  }
  if (!problems.empty()) {
    return Error{ErrorCode::invalid_argument, join(problems, "\n")};
  }
  return request;
}

std::string made_by(const Arguments& arguments) {
  std::string text = "Made by luthier " LUTHIER_VERSION ": luthier compare";
  for (const auto& operand : arguments.operands()) {
    text += " " + operand;
  }
  for (const auto& [option, value] : arguments.given()) {
    text += " --" + std::string(option->name) + (value.empty() ? "" : " " + value);
  }
  return text;
}

int write(const ComparisonReport& comparison, const Arguments& arguments) {
  const auto to = [&](const char* option, const auto& text) -> Result<> {
    const auto path = arguments.text(option);
    if (!path) {
      return {};
    }
    auto written = write_new_file(*path, text());
    if (written) {
      talk("wrote " + *path);
    }
    return written;
  };
  const auto html = to("html", [&] { return html_page(comparison, made_by(arguments)); });
  if (!html) {
    return fail(html.error());
  }
  const auto csv = to("csv", [&] { return curves_csv(comparison); });
  return csv ? kSuccess : fail(csv.error());
}

int run(const Arguments& arguments) {
  const auto request = parse_request(arguments);
  if (!request) {
    return fail(request.error());
  }
  auto curves = read_curves(arguments, request->options.budget);
  if (!curves) {
    return fail(curves.error());
  }
  const auto comparison = compare(std::move(*curves), request->options);
  if (!comparison) {
    return fail(comparison.error());
  }
  if (const int written = write(*comparison, arguments); written != kSuccess) {
    return written;
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
  return finish(chart(*comparison, request->axis, style) + "\n" + compare_text(*comparison));
}

}  // namespace

extern const Command kCompare;
const Command kCompare = {
    .name = "compare",
    .summary = "put experiments side by side: curves, ranks, and whether a difference is luck",
    .examples = kExamples,
    .operands = kOperands,
    .options = kOptions,
    .run = run};

}  // namespace luthier::cli
