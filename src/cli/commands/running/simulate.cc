// `luthier simulate`: experiments in virtual time, one for each seed.

#include "tuner/simulate.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <csignal>

#include "base/format.h"
#include "base/terminal_text.h"
#include "base/text.h"
#include "cli/options/experiment_request.h"
#include "cli/options/option_table.h"
#include "cli/output/output.h"
#include "core/json_writer.h"
#include "tuner/machine/signals.h"

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

std::optional<double> finite(const std::optional<double>& number) {
  return number && std::isfinite(*number) ? number : std::nullopt;
}

// The benchmark's name and, where it has tasks, which one, as the experiment's tags say.
void write_task(JsonWriter& json, const ExperimentSpec& spec) {
  for (const auto& [key, value] : spec.tags) {
    if (key == "benchmark" || key == "task") {
      json.field(key, value);
    }
  }
}

// With several objectives: each, and the front's values in their order.
void write_front(JsonWriter& json,
                 const SimulatedExperiment& experiment,
                 const ExperimentSpec& spec) {
  if (spec.objectives.size() < 2) {
    return;
  }
  json.list_of("objectives", spec.objectives, [&](const Objective& objective) {
    json.object().field("metric", objective.metric).field("mode", objective.mode).end();
  });
  json.field("front", experiment.front);
  if (experiment.hypervolume) {
    json.field("hypervolume", finite(experiment.hypervolume));
  }
}

std::string json_line(const SimulatedExperiment& experiment,
                      const ExperimentSpec& spec,
                      std::int64_t workers) {
  std::string out;
  JsonWriter json(out);
  json.object()
      .field("schema", 1)
      .field("seed", experiment.seed)
      .field("scheduler", spec.scheduler.name)
      .field("searcher", spec.searcher.name)
      .field("workers", workers);
  if (experiment.optimum) {
    json.field("optimum", finite(experiment.optimum));
  }
  json.field("experiment", experiment.name);
  write_task(json, spec);
  json.field("metric", spec.objectives.front().metric)
      .field("mode", spec.objectives.front().mode)
      .field("scheduler_options", spec.scheduler.options)
      .field("searcher_options", spec.searcher.options);
  write_front(json, experiment, spec);
  json.field("reason", experiment.reason);
  json.list_of("curve", experiment.curve, [&](const CurvePoint& point) {
    json.list()
        .raw(format_number(point.time_s))
        .value(point.trials)
        .value(point.resource)
        .value(finite(point.best))
        .end();
  });
  json.end();
  return out + "\n";
}

std::string human_line(const SimulatedExperiment& experiment,
                       const ExperimentSpec& spec,
                       double took_s) {
  const CurvePoint& end = experiment.curve.back();
  const auto regret = experiment.regret();
  std::string line = formatted("seed {}: {} {}",
                               experiment.seed,
                               spec.objectives.front().metric,
                               end.best ? short_number(*end.best) : "-");
  if (spec.objectives.size() > 1) {
    line += formatted(", {} in the Pareto front",
                      counted(static_cast<std::int64_t>(experiment.front.size()), "trial"));
    line += experiment.hypervolume ? ", hypervolume " + short_number(*experiment.hypervolume) : "";
  }
  line += regret ? ", regret " + short_number(*regret) : "";
  line += formatted(" after {} trials, {} results and {} s of virtual time ({} s)",
                    end.trials,
                    end.resource,
                    format_number(std::round(end.time_s)),
                    format_number(std::round(took_s * 100) / 100));
  return printable(line) + "\n";
}

bool surpasses_optimum(const SimulatedExperiment& experiment, Mode mode) {
  const std::optional<double> best = experiment.curve.back().best;
  if (!best || !experiment.optimum) {
    return false;
  }
  const double beyond =
      mode == Mode::min ? *experiment.optimum - *best : *best - *experiment.optimum;
  return beyond > 1e-9 * std::max(1.0, std::abs(*experiment.optimum));
}

// What a person would not expect, and the line does not explain.
void mention_surprises(const SimulatedExperiment& experiment, const ExperimentSpec& spec) {
  const std::string seed = "seed " + std::to_string(spec.seed);
  const Objective& objective = spec.objectives.front();
  const CurvePoint& end = experiment.curve.back();
  if (surpasses_optimum(experiment, objective.mode)) {
    talk(formatted("the optimum {} is none: {} found {}; correct 'optimum' in the benchmark",
                   format_number(*experiment.optimum),
                   seed,
                   format_number(*end.best)));
  }
  if (!end.best) {
    talk(formatted("{}: no trial reported a finite '{}'{}{}",
                   seed,
                   objective.metric,
                   spec.require.empty() ? "; " : " and met every requirement; ",
                   experiment.reason));
  } else if (end.trials < spec.samples && !(spec.time_budget_s > 0)) {
    talk(formatted("{}: {}", seed, experiment.reason));
  }
}

int simulate(const Arguments& arguments) {
  const auto request = read_simulate_request(arguments);
  if (!request) {
    return fail(request.error());
  }
  const SimulationPlan plan{.spec = request->spec,
                            .simulation = request->simulation,
                            .first_seed = request->spec.seed,
                            .seeds = request->seeds};
  const auto specs = simulation_specs(
      plan, *request->options.benchmark, request->plugins, request->options.session);
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
    if (!print(arguments.has("json") ? json_line(*experiment, spec, request->simulation.workers)
                                     : human_line(*experiment, spec, took.count()))) {
      return kSystem;
    }
    if (!experiment->finished) {
      talk(experiment->reason);
      const int signal = InterruptSignals::last_signal();
      return signal == 0 ? kExperimentFailed : signal == SIGTERM ? kTerminated : kInterrupted;
    }
    mention_surprises(*experiment, spec);
    success = success && experiment->curve.back().best.has_value();
  }
  return success ? kSuccess : kExperimentFailed;
}

}  // namespace

extern const Command kSimulate;
const Command kSimulate = {
    .name = "simulate",
    .summary =
        "run the engine on a benchmark in virtual time, with any number of seeds and workers",
    .examples = kExamples,
    .options = options_of_simulate(),
    .run = simulate};

}  // namespace luthier::cli
