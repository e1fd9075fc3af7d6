// Runs a program once and tells what a run would make of it. Leaves nothing on disk.
#include <algorithm>
#include <array>
#include <cstdio>

#include "base/format.h"
#include "base/terminal_text.h"
#include "cli/advice/correction.h"
#include "cli/advice/failure_advice.h"
#include "cli/advice/objective_guess.h"
#include "cli/commands/reading/one_trial.h"
#include "cli/options/experiment_request.h"
#include "cli/options/option_table.h"
#include "cli/output/output.h"
#include "cli/output/run_notes.h"

namespace luthier::cli {
namespace {

constexpr std::array kExamples = {
    std::string_view("luthier try -- python train.py"),
    std::string_view("luthier try --min val_loss -p lr='loguniform(1e-5, 1e-1)' -- \\\n"
                     "      python train.py --lr {lr}"),
    std::string_view("luthier try -v --time 30s -- ./solver problem.cnf   # shows what it prints")};
constexpr std::array kOperands = {
    Operand{.name = "FILE.toml", .required = false, .completes = Completes::file}};

// The command that tunes the program as it was tried; empty: something is missing for that.
std::string next_command(const Arguments& arguments,
                         const ExperimentRequest& request,
                         const TriedTrial& tried) {
  std::vector<std::string> added;
  if (request.spec.objectives.empty()) {
    const auto likely = likely_objectives(tried.diagnosis.seen, tried.config);
    if (likely.empty()) {
      return {};
    }
    const std::string& metric = likely.front().name;
    added = {more_is_better(metric).value_or(false) ? "--max" : "--min", metric};
  }
  if (request.spec.space.parameters().empty()) {
    added.insert(added.end(), {"-p", "NAME=uniform(0, 1)"});
  }
  if (!arguments.has("samples")) {
    added.insert(added.end(), {"-n", "20"});
  }
  std::vector<std::string> words = arguments.typed();
  const auto own =
      std::remove_if(words.begin(), std::ranges::find(words, "--"), [](const std::string& word) {
        return word == "--json" || word == "-v" || word == "--verbose";
      });
  words.erase(own, std::ranges::find(own, words.end(), "--"));
  words.insert(words.begin(), added.begin(), added.end());
  return Correction("run", words).line();
}

// What `run` would refuse is refused before the program runs.
Result<> check_as_run(const ExperimentRequest& request) {
  ExperimentSpec spec = request.spec;
  if (spec.objectives.empty()) {  // one will be found; what is known has to hold it
    spec.objectives = {{"objective", Mode::min}};
    spec.known.clear();
    spec.related.clear();
  }
  return request.plugins.resolve(spec, request.space);
}

int check_try(const Arguments& arguments, const ExperimentRequest& request) {
  if (request.spec.executor != "process") {
    return fail_usage("try runs a program on this machine; drop --executor " +
                      request.spec.executor);
  }
  if (arguments.has("ui") || arguments.has("ui-port")) {
    return fail_usage("try stores nothing that pages could show; drop --ui");
  }
  if (arguments.has("from")) {
    return fail_usage("try takes no bundle; drop --from");
  }
  const auto checked = check_as_run(request);
  return checked ? kSuccess : fail(checked.error());
}

void show(std::string_view text) {
  std::fputs(printable_lines(text).c_str(), stderr);
}

int report(const Arguments& arguments, const ExperimentRequest& request, const TriedTrial& tried) {
  for (const auto& note : notes_on(request, Purpose::trying)) {
    talk(note);
  }
  const int code = succeeded(tried) ? kSuccess : kExperimentFailed;
  if (arguments.has("json")) {
    return print(tried_json(tried)) ? code : kSystem;
  }
  std::string text = tried_text(tried, output_columns());
  if (const auto next = code == kSuccess ? next_command(arguments, request, tried) : "";
      !next.empty()) {
    text += formatted("\nto tune it: {}\n", printable(next));
  }
  if (!print(text)) {
    return kSystem;
  }
  const std::string advice =
      failure_advice(tried.message, request.spec, arguments.command().name, arguments.typed());
  if (!advice.empty()) {
    talk(advice);
  }
  return code;
}

int run(const Arguments& arguments) {
  const auto request = read_run_request(arguments, Purpose::trying);
  if (!request) {
    return fail(request.error());
  }
  if (const int code = check_try(arguments, *request); code != kSuccess) {
    return code;
  }
  outlive_readers();
  const bool verbose = arguments.has("verbose");
  const auto tried = run_one_trial(request->spec,
                                   verbose ? std::function<void(std::string_view)>(show) : nullptr,
                                   request->space);
  return tried ? report(arguments, *request, *tried) : fail(tried.error());
}

}  // namespace

extern const Command kTry;
const Command kTry = {
    .name = "try",
    .summary = "run a program once and show which metrics are found in its output",
    .examples = kExamples,
    .operands = kOperands,
    .options = options_of_run(),
    .takes_program = true,
    .run = run};

}  // namespace luthier::cli
