// Experiments as one page that opens from a file: to keep, to send, to show.
#include <array>
#include <ctime>

#include "base/format.h"
#include "base/text.h"
#include "base/try.h"
#include "cli/commands/reading/compared.h"
#include "cli/output/output.h"
#include "cli/output/output_file.h"
#include "cli/reading.h"
#include "service/report/report_page.h"
#include "tuner/advice.h"

namespace luthier::cli {
namespace {

constexpr std::array kExamples = {
    std::string_view("luthier report digits -o digits.html"),
    std::string_view("luthier report asha-1 asha-2 fifo-1 fifo-2 -o comparison.html"),
    std::string_view("luthier report --by scheduler --results sweep -o sweep.html")};
constexpr std::array kOperands = {Operand{.name = "EXPERIMENT",
                                          .required = false,
                                          .repeatable = true,
                                          .completes = Completes::experiment}};
constexpr std::array kOptions = {
    Option{.name = "output",
           .letter = 'o',
           .argument = "FILE",
           .meaning = "the page to write, a new file; - is standard output (default: the "
                      "experiment's name with .html, or report.html of several)",
           .completes = Completes::file},
    Option{.name = "force", .meaning = "write over a file that exists"},
    kBy,
    kAt,
    kOptimum,
    kResults};

// The comparison of several. Where they can't be compared, the page says why.
Result<ReportOptions> compared(Compared& experiments, const ComparisonOptions& options) {
  ReportOptions report;
  if (experiments.directories.size() < 2) {
    return report;
  }
  LUTHIER_TAKE(auto curves, read_curves(experiments, options.budget));
  auto comparison = compare(std::move(curves), options);
  if (!comparison && (!options.by.empty() || options.budget || options.optimum)) {
    return comparison.error();
  }
  if (comparison) {
    report.comparison = std::move(*comparison);
  } else {
    report.not_compared = "They are not compared: " + comparison.error().message;
    talk("not compared: " + comparison.error().message);
  }
  return report;
}

// "2026-11-29 14:05 UTC"
std::string time_text() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  std::array<char, 32> text{};
  const auto size = std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M UTC", &parts);
  return {text.data(), size};
}

// What was typed, as the shell would read it again; `compare` has no use for the file.
std::string typed(const Arguments& arguments, const std::string& command) {
  std::string line = "luthier " + command;
  for (const auto& operand : arguments.operands()) {
    line += " " + shell_word(operand);
  }
  for (const auto& [option, value] : arguments.given()) {
    const bool of_file = option->name == "output" || option->name == "force";
    line += command == "compare" && of_file
                ? ""
                : formatted(" --{}{}", option->name, value.empty() ? "" : " " + shell_word(value));
  }
  return line;
}

std::string default_file(const std::vector<std::filesystem::path>& experiments) {
  return (experiments.size() == 1 ? experiments.front().filename().string() : "report") + ".html";
}

Result<std::string> made_page(const Arguments& arguments,
                              Compared& experiments,
                              const ComparisonOptions& options) {
  LUTHIER_TAKE(auto report, compared(experiments, options));
  report.made_by = formatted(
      "Made by luthier {} on {}: {}", LUTHIER_VERSION, time_text(), typed(arguments, "report"));
  report.compared_by = typed(arguments, "compare");
  return report_page(experiments.directories, report);
}

// The name of the file; empty: standard output.
Result<std::string> write_report(const Arguments& arguments) {
  const auto& names = arguments.operands();
  if (names.empty() && !arguments.has("by")) {
    return Error{ErrorCode::invalid_argument,
                 "name an experiment or several, or --by scheduler, searcher, jobs, experiment or "
                 "a tag for all in --results"};
  }
  LUTHIER_TAKE(const auto options, comparison_options(arguments, names));
  LUTHIER_TAKE(auto experiments, compared_experiments(arguments, names));
  return write_made(arguments.text("output").value_or(default_file(experiments.directories)),
                    arguments.has("force"),
                    [&] { return made_page(arguments, experiments, options); });
}

int run(const Arguments& arguments) {
  return finish_made(write_report(arguments));
}

}  // namespace

extern const Command kReport;
const Command kReport = {.name = "report",
                         .summary = "write experiments as one page that opens offline",
                         .examples = kExamples,
                         .operands = kOperands,
                         .options = kOptions,
                         .run = run};

}  // namespace luthier::cli
