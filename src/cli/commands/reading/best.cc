// The best trial, or the Pareto front with several objectives.
#include <array>

#include "base/format.h"
#include "base/terminal_text.h"
#include "cli/output/output.h"
#include "cli/reading.h"
#include "tuner/advice.h"
#include "tuner/stored/stored_words.h"

namespace luthier::cli {
namespace {

constexpr std::array kExamples = {std::string_view("luthier best digits"),
                                  std::string_view("luthier best digits --json | jq .config")};
constexpr std::array kOperands = {kExperiment};
constexpr std::array kOptions = {kResults, kJson};

int run(const Arguments& arguments) {
  const auto experiment = read_overview(arguments);
  if (!experiment) {
    return fail(experiment.error());
  }
  const ExperimentSpec& spec = experiment->spec;
  std::string out;
  for (const TrialRow& row : experiment->status.best) {
    out += (arguments.has("json") ? trial_row_json(spec, row, experiment->running)
                                  : printable(trial_line(spec, row))) +
           "\n";
  }
  if (out.empty() && !experiment->status.nearest.empty()) {
    const TrialRow& nearest = experiment->status.nearest.front();
    talk(nothing_feasible_text(spec.name, nearest.trial, nearest.unmet));
    return kExperimentFailed;
  }
  if (out.empty()) {
    talk(formatted("no trial of '{}' has reported a finite '{}' yet; `{}` shows them all",
                   spec.name,
                   spec.objectives.front().metric,
                   command_line("trials", experiment->directory)));
    return kExperimentFailed;
  }
  return finish(out);
}

}  // namespace

extern const Command kBest;
const Command kBest = {.name = "best",
                       .summary = "print the best trial (the Pareto front with several objectives)",
                       .examples = kExamples,
                       .operands = kOperands,
                       .options = kOptions,
                       .run = run};

}  // namespace luthier::cli
