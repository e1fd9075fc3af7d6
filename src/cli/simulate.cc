// `luthier simulate`: experiments in virtual time, one for each seed.
#include "tuner/simulate.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <csignal>
#include <optional>

#include "base/terminal_text.h"
#include "base/text.h"
#include "cli/output.h"
#include "cli/session.h"
#include "tuner/signals.h"

namespace luthier::cli {
namespace {

constexpr std::array kExamples = {
    std::string_view(
        "luthier simulate --benchmark benchmarks/data/lcbench.json --task 3945 \\\n"
        "      --scheduler asha:max_t=50 --searcher tpe --workers 8 -n 200 --seeds 10"),
    std::string_view("luthier simulate --benchmark bbob:function=3,dimension=5,instance=71 \\\n"
                     "      --searcher tpe -n 100 --seed 1 --seeds 30 --json"),
    std::string_view("luthier simulate --benchmark bbob:function=1 --workers 1000 -n 10000 \\\n"
                     "      --results simulated   # keeps ordinary experiments")};

constexpr std::array kOptions = {
    Option{.name = "benchmark",
           .argument = "NAME[:K=V,...]|FILE.json",
           .meaning = "what trials report: a built-in benchmark or the index of a table",
           .group = "benchmark",
           .completes = Completes::file},
    Option{.name = "task",
           .argument = "NAME",
           .meaning = "which task of a table (default: its only one)",
           .group = "benchmark"},
    Option{.name = "min",
           .argument = "METRIC",
           .meaning = "minimise it (default: the benchmark's objective)",
           .group = "benchmark",
           .repeatable = true},
    Option{.name = "max",
           .argument = "METRIC",
           .meaning = "maximise it",
           .group = "benchmark",
           .repeatable = true},
    Option{.name = "searcher",
           .argument = "NAME[:K=V,...]",
           .meaning = "what proposes configurations (default: random)",
           .group = "algorithms",
           .completes = Completes::searcher},
    Option{.name = "scheduler",
           .argument = "NAME[:K=V,...]",
           .meaning = "what stops hopeless trials early (default: fifo, which stops none)",
           .group = "algorithms",
           .completes = Completes::scheduler},
    kPlugin,
    Option{.name = "workers",
           .letter = 'w',
           .argument = "W",
           .meaning = "trials at a time (default: 1)",
           .group = "cluster"},
    Option{.name = "samples",
           .letter = 'n',
           .argument = "N",
           .meaning = "trials; 0: until the time is over (default: 0)",
           .group = "budget"},
    Option{.name = "time",
           .argument = "TIME",
           .meaning = "virtual time of an experiment, such as 90s, 15m or 2h (default: no limit)",
           .group = "budget"},
    Option{.name = "seed",
           .argument = "A",
           .meaning = "of the first experiment (default: 0)",
           .group = "experiments"},
    Option{.name = "seeds",
           .argument = "K",
           .meaning = "experiments, with the seeds A to A+K-1 (default: 1)",
           .group = "experiments"},
    Option{.name = "name",
           .argument = "NAME",
           .meaning = "experiments are called NAME-SEED (default: benchmark, task, scheduler and "
                      "searcher)",
           .group = "experiments"},
    Option{.name = "tag",
           .argument = "KEY=VALUE",
           .meaning = "a note kept with each experiment",
           .group = "experiments",
           .repeatable = true},
    Option{.name = "store",
           .argument = "file|memory",
           .meaning = "memory keeps no log (default: memory, file with --results)",
           .group = "experiments",
           .completes = Completes::words,
           .words = "file memory"},
    Option{.name = "results",
           .argument = "DIR",
           .meaning = "keep the experiments there, as ordinary ones",
           .group = "experiments",
           .completes = Completes::directory},
    kJson};

struct Request {
  SimulationPlan plan;
  PluginRegistry plugins;
  RunOptions options;
};

// Reads options, collecting what is wrong with them.
class RequestReader {
 public:
  explicit RequestReader(const Arguments& arguments) : arguments_(arguments) {
    request_.plan.spec.searcher = {"random"};
    request_.plan.spec.samples = 0;
    request_.options.session.handle_signals = true;
  }

  Result<Request> read() {
    read_benchmark();
    read_algorithms();
    read_budget();
    read_store();
    if (!problems_.empty()) {
      return Error{ErrorCode::invalid_argument, join(problems_, "\n")};
    }
    return std::move(request_);
  }

 private:
  template <class T>
  void take(std::string_view option, T& into, const Result<T>& read) {
    if (read) {
      into = *read;
    } else {
      problems_.push_back(read.error().message.starts_with("--")
                              ? read.error().message
                              : "--" + std::string(option) + ": " + read.error().message);
    }
  }

  void count(std::string_view option, std::int64_t& into, std::int64_t minimum) {
    if (const auto text = arguments_.text(option)) {
      take(option, into, parse_count("--" + std::string(option), *text, minimum));
    }
  }

  void read_benchmark() {
    SimulationOptions& simulation = request_.plan.simulation;
    simulation.benchmark = arguments_.text("benchmark").value_or("");
    simulation.task = arguments_.text("task").value_or("");
    for (const char* option : {"min", "max"}) {
      for (const std::string& metric : arguments_.all(option)) {
        request_.plan.spec.objectives.push_back(
            {metric, std::string_view(option) == "max" ? Mode::max : Mode::min});
      }
    }
    if (simulation.benchmark.empty()) {
      problems_.emplace_back(
          "nothing to simulate; name a benchmark with --benchmark, such as bbob:function=3 or a "
          "table's FILE.json");
      return;
    }
    auto opened = open_benchmark(simulation.benchmark, simulation.task);
    if (opened) {
      request_.options.benchmark = std::move(*opened);
    } else {
      problems_.push_back(opened.error().message);
    }
  }

  void read_algorithms() {
    ExperimentSpec& spec = request_.plan.spec;
    for (const std::string& library : arguments_.all("plugin")) {
      if (const auto loaded = request_.plugins.load(library); !loaded) {
        problems_.push_back(loaded.error().message);
      }
    }
    if (const auto text = arguments_.text("searcher")) {
      take("searcher", spec.searcher, parse_plugin_spec(*text));
    }
    if (const auto text = arguments_.text("scheduler")) {
      take("scheduler", spec.scheduler, parse_plugin_spec(*text));
    }
  }

  void read_budget() {
    ExperimentSpec& spec = request_.plan.spec;
    count("workers", request_.plan.simulation.workers, 1);
    count("samples", spec.samples, 0);
    count("seeds", request_.plan.seeds, 1);
    std::int64_t seed = 0;
    count("seed", seed, 0);
    request_.plan.first_seed = static_cast<std::uint64_t>(seed);
    if (const auto text = arguments_.text("time")) {
      take("time", spec.time_budget_s, parse_duration("--time", *text));
    }
  }

  void read_store() {
    SessionOptions& session = request_.options.session;
    const auto results = arguments_.text("results");
    const std::string store = arguments_.text("store").value_or(results ? "file" : "memory");
    if (store != "file" && store != "memory") {
      problems_.push_back("--store is '" + store + "'; it must be file or memory");
    }
    if (results && results->empty()) {
      problems_.emplace_back("--results is empty; name a directory");
    }
    if (results && store == "memory") {
      problems_.emplace_back("--store memory leaves nothing in --results " + *results +
                             "; drop one of them");
    }
    session.memory_store = store != "file";
    session.keep_log = !session.memory_store;
    if (results) {
      session.results = *results;
    }
    request_.plan.spec.name = arguments_.text("name").value_or("");
    for (const std::string& tag : arguments_.all("tag")) {
      const auto equals = tag.find('=');
      if (equals == std::string::npos || equals == 0) {
        problems_.push_back("--tag is '" + tag + "'; it must be of the form KEY=VALUE");
      } else {
        request_.plan.spec.tags.emplace_back(tag.substr(0, equals), tag.substr(equals + 1));
      }
    }
  }

  const Arguments& arguments_;
  Request request_;
  std::vector<std::string> problems_;
};

std::string json_number(const std::optional<double>& number) {
  return number && std::isfinite(*number) ? to_json(Value(*number)) : "null";
}

std::string json_line(const SimulatedExperiment& experiment,
                      const ExperimentSpec& spec,
                      std::int64_t workers) {
  std::string curve;
  for (const CurvePoint& point : experiment.curve) {
    curve += (curve.empty() ? "[" : ", [") + format_number(point.time_s) + ", " +
             std::to_string(point.trials) + ", " + std::to_string(point.resource) + ", " +
             json_number(point.best) + "]";
  }
  const Objective& objective = spec.objectives.front();
  return "{\"schema\": 1, \"seed\": " + std::to_string(experiment.seed) +
         ", \"scheduler\": " + json_string(spec.scheduler.name) +
         ", \"searcher\": " + json_string(spec.searcher.name) +
         ", \"workers\": " + std::to_string(workers) +
         (experiment.optimum ? ", \"optimum\": " + json_number(experiment.optimum) : "") +
         ", \"experiment\": " + json_string(experiment.name) +
         ", \"metric\": " + json_string(objective.metric) +
         ", \"mode\": " + (objective.mode == Mode::min ? "\"min\"" : "\"max\"") +
         ", \"scheduler_options\": " + to_json(spec.scheduler.options) +
         ", \"searcher_options\": " + to_json(spec.searcher.options) +
         ", \"reason\": " + json_string(experiment.reason) + ", \"curve\": [" + curve + "]}\n";
}

std::string human_line(const SimulatedExperiment& experiment,
                       const ExperimentSpec& spec,
                       double took_s) {
  const CurvePoint& end = experiment.curve.back();
  const auto regret = experiment.regret();
  std::string line = "seed " + std::to_string(experiment.seed) + ": " +
                     spec.objectives.front().metric + " " +
                     (end.best ? format_number(*end.best) : "-");
  line += regret ? ", regret " + format_number(*regret) : "";
  line += " after " + std::to_string(end.trials) + " trials, " + std::to_string(end.resource) +
          " results and " + format_number(std::round(end.time_s)) + " s of virtual time (" +
          format_number(std::round(took_s * 100) / 100) + " s)";
  return printable(line) + "\n";
}

int simulate(const Arguments& arguments) {
  auto request = RequestReader(arguments).read();
  if (!request) {
    return fail(request.error());
  }
  const auto specs = simulation_specs(
      request->plan, *request->options.benchmark, request->plugins, request->options.session);
  if (!specs) {
    return fail(specs.error());
  }
  bool success = true;
  for (const ExperimentSpec& spec : *specs) {
    const auto start = std::chrono::steady_clock::now();
    const auto experiment = run_simulation(spec, request->plugins, request->options);
    if (!experiment) {
      return fail(experiment.error());
    }
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    if (!print(arguments.has("json")
                   ? json_line(*experiment, spec, request->plan.simulation.workers)
                   : human_line(*experiment, spec, took.count()))) {
      return kSystem;
    }
    if (!experiment->finished) {
      talk(experiment->reason);
      return InterruptSignals::last_signal() == SIGTERM ? kTerminated : kInterrupted;
    }
    success = success && experiment->curve.back().best.has_value();
  }
  return success ? kSuccess : kExperimentFailed;
}

}  // namespace

extern const Command kSimulate;
const Command kSimulate = {
    .name = "simulate",
    .summary =
        "the same engine in virtual time over a benchmark, many seeds, any number of workers",
    .examples = kExamples,
    .options = kOptions,
    .run = simulate};

}  // namespace luthier::cli
