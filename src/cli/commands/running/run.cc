// Starts an experiment. Everything is checked before anything is created.
#include <array>
#include <optional>

#include "base/format.h"
#include "base/text.h"
#include "base/try.h"
#include "cli/commands/running/rerun.h"
#include "cli/commands/running/run_pages.h"
#include "cli/options/default_name.h"
#include "cli/options/experiment_request.h"
#include "cli/options/option_table.h"
#include "cli/output/output.h"
#include "cli/output/run_end.h"
#include "cli/output/run_notes.h"
#include "tuner/advice.h"
#include "tuner/program_options.h"

namespace luthier::cli {
namespace {

constexpr std::array kExamples = {
    std::string_view("luthier run --min val_loss -n 50 -j 4 -p lr='loguniform(1e-5, 1e-1)' \\\n"
                     "      -p batch='choice(16, 32, 64)' --scheduler asha:max_t=81 -- \\\n"
                     "      python train.py --lr {lr} --batch-size {batch} --out {trial.dir}"),
    std::string_view("luthier run --max accuracy -n 20 --time 1h -p depth='randint(2, 10)' -- "
                     "./train.sh   # gets --depth=N"),
    std::string_view("luthier run experiment.toml --seed 2"),
    std::string_view("luthier run --from digits.bundle   # again, and whether it is the same")};
constexpr std::array kOperands = {
    Operand{.name = "FILE.toml", .required = false, .completes = Completes::file}};

constexpr std::int64_t kLastPort = 65535;

// Constraints that no drawn configuration satisfies are refused before anything is created. A grid
// is walked and points are given, so they may hold what no draw finds.
Result<> check_constraints(const ExperimentRequest& request) {
  const ExperimentSpec& spec = request.spec;
  const bool drawn =
      spec.searcher.name != "grid" && spec.points.empty() && request.space->grid_size() == 1;
  if (drawn && !spec.space.constraints().empty()) {
    Rng rng(spec.seed, "constraints");
    if (const auto config = request.space->sample(rng, 0); !config) {
      return config.error();
    }
  }
  return {};
}

// The first option that only `run --from` takes, as typed; empty: none is given.
std::string option_of_bundles(const Arguments& arguments) {
  for (const auto& [option, value] : arguments.given()) {
    if (!option->stands(in::run)) {
      return "--" + std::string(option->name);
    }
  }
  return {};
}

void say_notes(const ExperimentRequest& request) {
  for (const auto& note : notes_on(request, Purpose::running)) {
    talk(note);
  }
}

// What is refused only as the run begins; resolves the spec.
Result<> check_runnable(const ExperimentRequest& request, ExperimentSpec& spec) {
  if (auto resolved = request.plugins.resolve(spec, request.space); !resolved) {
    return resolved;
  }
  if (spec.executor == "process") {
    const auto options = process_options(spec);
    return options ? check_program(*options) : Result<>(options.error());
  }
  return {};
}

// A run that is refused says why and nothing else.
void say_notes_on_run(const ExperimentRequest& request) {
  ExperimentSpec spec = request.spec;
  const auto& options = request.options;
  const bool taken = !options.may_rename && is_taken(options.session.results / spec.name);
  if (request.verbosity > 0 && !taken && check_runnable(request, spec)) {
    say_notes(request);
  }
}

int dry_run(ExperimentRequest& request) {
  if (const auto checked = check_runnable(request, request.spec); !checked) {
    return fail(checked.error());
  }
  say_notes(request);
  return finish(to_json(request.spec) + "\n");
}

// The pages of --ui, before anything is created; nothing: they were not asked for.
Result<std::optional<RunPages>> start_pages(const ExperimentRequest& request) {
  if (!request.pages) {
    return std::optional<RunPages>();
  }
  const SessionOptions& session = request.options.session;
  if (session.memory_store) {
    return Error{ErrorCode::invalid_argument,
                 "--store memory leaves nothing that pages could show; drop it or --ui"};
  }
  if (request.pages_port > kLastPort) {
    return Error{ErrorCode::invalid_argument, "--ui-port must be a number from 0 to 65535"};
  }
  LUTHIER_TAKE(auto pages, RunPages::start(session.results, static_cast<int>(request.pages_port)));
  talk("watch this run in a browser until it ends: " + pages.address());
  return std::optional(std::move(pages));
}

int run_to_its_end(const Arguments& arguments, ExperimentRequest& request) {
  if (arguments.has("ui-port") && !arguments.has("ui")) {
    return fail_usage("--ui-port is the port of --ui, which is not given; add --ui, or drop it");
  }
  const auto pages = start_pages(request);
  if (!pages) {
    return fail(pages.error());
  }
  outlive_readers();
  say_notes_on_run(request);
  const int code =
      report_end(arguments,
                 request,
                 run_experiment(request.spec, request.plugins, request.options, request.space),
                 request.spec);
  if (*pages && request.verbosity > 0) {
    const std::string option = results_option(request.options.session.results);
    talk(formatted("the pages end with the run; 'luthier serve{}' shows it again",
                   option.empty() ? "" : " " + option));
  }
  return code;
}

int run(const Arguments& arguments) {
  if (const auto bundle = arguments.text("from")) {
    return rerun(arguments, *bundle);
  }
  if (const auto stray = option_of_bundles(arguments); !stray.empty()) {
    return fail_usage(stray + " goes with --from BUNDLE; drop it");
  }
  auto request = read_run_request(arguments);
  if (!request) {
    return fail(request.error());
  }
  if (!request->name_given) {
    request->spec.name = default_name(request->spec);
    request->options.may_rename = true;
  }
  if (const auto checked = check_constraints(*request); !checked) {
    return fail(checked.error());
  }
  if (arguments.has("dry-run")) {
    return dry_run(*request);
  }
  return run_to_its_end(arguments, *request);
}

}  // namespace

extern const Command kRun;
const Command kRun = {.name = "run",
                      .summary = "start an experiment",
                      .examples = kExamples,
                      .operands = kOperands,
                      .options = options_of_run(),
                      .takes_program = true,
                      .run = run};

}  // namespace luthier::cli
