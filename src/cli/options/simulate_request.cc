// What `luthier simulate` was told.
#include <algorithm>
#include <array>

#include "base/format.h"
#include "base/text.h"
#include "cli/options/experiment_request.h"
#include "cli/options/known_results.h"
#include "tuner/simulate.h"

namespace luthier::cli {
namespace {

void open_benchmark_of(ExperimentRequest& request, std::vector<std::string>& problems) {
  const SimulationOptions& simulation = request.simulation;
  if (simulation.benchmark.empty()) {
    problems.emplace_back(
        "nothing to simulate; name a benchmark with --benchmark, such as bbob:function=3 or a "
        "table's FILE.json");
    return;
  }
  auto opened = open_benchmark(simulation.benchmark, simulation.task);
  if (opened) {
    request.options.benchmark = std::move(*opened);
  } else {
    problems.push_back(opened.error().message);
  }
}

void check_nodes(const Arguments& arguments, std::vector<std::string>& problems) {
  for (const char* option : {"nodes", "node-return-after"}) {
    if (arguments.has(option) && !arguments.has("node-loss-every")) {
      problems.push_back(formatted(
          "--{} changes nothing while no node is lost; add --node-loss-every TIME or drop it",
          option));
    }
  }
}

void check_loggers(const ExperimentRequest& request, std::vector<std::string>& problems) {
  const std::vector<std::string> known = {"csv", "json", "tensorboard"};
  bool writes = false;
  for (const std::string& name : request.spec.loggers) {
    const bool is_known = std::ranges::find(known, name) != known.end();
    writes |= is_known;
    if (!is_known) {
      problems.push_back("--log: " + unknown_name("logger of simulations called", name, known));
    }
  }
  if (writes && request.options.session.memory_store) {
    problems.emplace_back(
        "--log writes files and without --results none are kept; add --results DIR or drop it");
  }
}

}  // namespace

Result<ExperimentRequest> read_simulate_request(const Arguments& arguments) {
  ExperimentRequest request = begin_request(arguments);
  SessionOptions& session = request.options.session;
  request.spec.searcher = {"random"};
  request.spec.samples = 0;
  session.memory_store = !arguments.has("results");
  std::vector<std::string> problems;
  apply(request, settings_of(arguments), problems);
  open_benchmark_of(request, problems);
  if (request.options.benchmark) {
    read_requirements(request, named_in(request.options.benchmark->facts()), problems);
    add_related_results(request,
                        request.spec.objectives.empty()
                            ? objectives_of(request.options.benchmark->facts())
                            : request.spec.objectives,
                        problems);
  }
  check_nodes(arguments, problems);
  if (const auto results = arguments.text("results"); results && session.memory_store) {
    problems.push_back(
        formatted("--store memory leaves nothing in --results {}; drop one of them", *results));
  }
  check_loggers(request, problems);
  if (!problems.empty()) {
    return Error{ErrorCode::invalid_argument, join(problems, "\n")};
  }
  session.keep_log = !session.memory_store;
  return request;
}

}  // namespace luthier::cli
