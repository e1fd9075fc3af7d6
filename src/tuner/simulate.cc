#include "tuner/simulate.h"

#include <algorithm>
#include <cmath>
#include <system_error>
#include <utility>

#include "base/format.h"
#include "base/text.h"
#include "base/try.h"
#include "core/pareto/hypervolume.h"
#include "core/state/trial_score.h"
#include "tuner/advice.h"
#include "tuner/best_curve.h"
#include "tuner/machine/signals.h"
#include "tuner/session.h"

namespace luthier {
namespace {

// What may stand in a directory's name; everything else becomes '-'.
std::string name_part(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '_' || c == '.';
    if (plain || (!out.empty() && out.back() != '-')) {
      out += plain ? c : '-';
    }
  }
  return out.substr(0, 60);
}

std::string default_prefix(const ExperimentSpec& spec, const BenchmarkFacts& facts) {
  std::string prefix = name_part(facts.name);
  for (const std::string& part : {facts.task, spec.scheduler.name, spec.searcher.name}) {
    prefix += part.empty() ? "" : "-" + name_part(part);
  }
  return prefix;
}

// In the order of `objectives`, as losses; nothing unless each of them has one.
std::optional<Losses> reference_of(const BenchmarkFacts& facts,
                                   std::span<const Objective> objectives) {
  const std::vector<Objective> all = objectives_of(facts);
  Losses reference;
  for (const Objective& objective : objectives) {
    const auto at = static_cast<std::size_t>(std::ranges::find(all, objective) - all.begin());
    if (at >= facts.reference.size()) {
      return std::nullopt;
    }
    reference.push_back(objective.mode == Mode::min ? facts.reference[at] : -facts.reference[at]);
  }
  return reference;
}

// What the front of several objectives is, and how much it dominates.
void add_front(SimulatedExperiment& experiment,
               const ExperimentState& state,
               const Benchmark* benchmark) {
  const std::vector<Objective>& objectives = state.spec().objectives;
  if (objectives.size() < 2) {
    return;
  }
  std::vector<Losses> losses;
  for (const TrialId trial : state.pareto_front()) {
    const Metrics metrics = state.best_metrics(trial);
    losses.push_back(losses_of(objectives, metrics));
    std::vector<double>& values = experiment.front.emplace_back();
    for (const Objective& objective : objectives) {
      values.push_back(metrics.number(objective.metric));
    }
  }
  if (const auto reference =
          benchmark != nullptr ? reference_of(benchmark->facts(), objectives) : std::nullopt) {
    experiment.hypervolume = hypervolume(losses, *reference);
  }
}

std::string objective_problem(const ExperimentSpec& spec, const BenchmarkFacts& facts) {
  for (const Objective& objective : spec.objectives) {
    if (std::ranges::find(facts.metrics, objective.metric) == facts.metrics.end()) {
      return unknown_name(
          formatted("metric of {} called", facts.name), objective.metric, facts.metrics);
    }
  }
  return {};
}

std::string taken_problem(const std::string& name, const SessionOptions& session) {
  if (session.memory_store || !is_taken(session.results / name)) {
    return {};
  }
  return formatted("there is an experiment '{}' in {}; choose another --name, --results or --seed",
                   name,
                   session.results.string());
}

void add_problem(std::vector<std::string>& problems, std::string problem) {
  if (!problem.empty()) {
    problems.push_back(std::move(problem));
  }
}

// The tags that say what was simulated; `compare` puts experiments together by them.
std::vector<std::pair<std::string, std::string>> tags_of(const Benchmark& benchmark,
                                                         const Objective& objective) {
  const BenchmarkFacts& facts = benchmark.facts();
  std::vector<std::pair<std::string, std::string>> tags = {{"benchmark", facts.name}};
  if (!facts.task.empty()) {
    tags.emplace_back("task", facts.task);
  }
  if (const auto optimum = benchmark.optimum(objective)) {
    tags.emplace_back("optimum", format_number(*optimum));
  }
  return tags;
}

void set_tags(ExperimentSpec& spec,
              const Benchmark& benchmark,
              std::vector<std::string>& problems) {
  for (auto& [key, value] : tags_of(benchmark, spec.objectives.front())) {
    if (std::ranges::find(spec.tags, key, &std::pair<std::string, std::string>::first) !=
        spec.tags.end()) {
      problems.push_back(formatted(
          "the tag '{}' is set by the benchmark ({}); drop or rename the one that is given",
          key,
          value));
    }
    spec.tags.emplace_back(key, value);
  }
}

}  // namespace

std::vector<Objective> objectives_of(const BenchmarkFacts& facts) {
  std::vector<Objective> all = {facts.objective};
  all.insert(all.end(), facts.further_objectives.begin(), facts.further_objectives.end());
  return all;
}

std::vector<std::string> named_in(const BenchmarkFacts& facts) {
  std::vector<std::string> names = facts.metrics;
  for (const Parameter& parameter : facts.space.parameters()) {
    names.push_back(parameter.name);
  }
  return names;
}

Result<std::vector<ExperimentSpec>> simulation_specs(const SimulationPlan& plan,
                                                     const Benchmark& benchmark,
                                                     const PluginRegistry& plugins,
                                                     const SessionOptions& session) {
  const BenchmarkFacts& facts = benchmark.facts();
  ExperimentSpec spec = plan.spec;
  spec.space = facts.space;
  if (spec.objectives.empty()) {
    spec.objectives = objectives_of(facts);
  }
  spec.executor = kSimulatedExecutor;
  spec.executor_options = to_executor_options(plan.simulation);
  std::vector<std::string> problems;
  add_problem(problems, objective_problem(spec, facts));
  if (const auto checked = check(plan.simulation); !checked) {
    problems.push_back(checked.error().message);
  }
  if (spec.samples <= 0 && !(spec.time_budget_s > 0)) {
    problems.emplace_back(
        "nothing ends the simulation; give a number of samples (-n) or a time (--time)");
  }
  if (plan.seeds < 1) {
    problems.emplace_back("the number of seeds must be at least 1");
  }
  if (const auto resolved = plugins.resolve(spec); !resolved) {
    problems.push_back(resolved.error().message);
  }
  const std::string prefix = spec.name.empty() ? default_prefix(spec, facts) : spec.name;
  add_problem(problems, name_problem(formatted("{}-{}", prefix, plan.first_seed)));
  if (problems.empty()) {
    set_tags(spec, benchmark, problems);
  }
  if (!problems.empty()) {
    return Error{ErrorCode::invalid_argument, join(problems, "\n")};
  }
  std::vector<ExperimentSpec> specs;
  for (std::int64_t i = 0; i < plan.seeds; ++i) {
    spec.seed = plan.first_seed + static_cast<std::uint64_t>(i);
    spec.name = formatted("{}-{}", prefix, spec.seed);
    add_problem(problems, taken_problem(spec.name, session));
    specs.push_back(spec);
  }
  if (!problems.empty()) {
    return Error{ErrorCode::already_exists, join(problems, "\n")};
  }
  return specs;
}

Result<SimulatedExperiment> run_simulation(const ExperimentSpec& spec,
                                           const PluginRegistry& plugins,
                                           const RunContext& options) {
  std::optional<InterruptSignals> signals;
  if (options.session.handle_signals) {
    signals.emplace();
  }
  const Objective& objective = spec.objectives.front();
  LUTHIER_TAKE(auto requirements, Requirements::make(spec));
  const auto curve = std::make_shared<BestCurve>(objective, std::move(requirements));
  RunContext watched = options;
  watched.own_loggers.push_back(curve);
  const bool on_disk = !options.session.memory_store;
  LUTHIER_TAKE(const SharedSpace space, compile_shared(spec.space));
  LUTHIER_TAKE(auto session,
               Session::open(on_disk ? options.session.results / spec.name : "",
                             {.create = true, .spec = spec, .space = space},
                             plugins,
                             watched));
  LUTHIER_TRY(session->engine().run());
  LUTHIER_TRY(session->close());
  const ExperimentState& state = session->state();
  SimulatedExperiment experiment{
      .seed = spec.seed,
      .name = spec.name,
      .directory = session->directory(),
      .curve = curve->finish(),
      .optimum = options.benchmark ? options.benchmark->optimum(objective) : std::nullopt,
      .finished = state.finished(),
      .reason = state.end_reason()};
  add_front(experiment, state, options.benchmark.get());
  return experiment;
}

std::optional<double> SimulatedExperiment::regret() const {
  if (!optimum || curve.empty() || !curve.back().best) {
    return std::nullopt;
  }
  return std::abs(*curve.back().best - *optimum);
}

}  // namespace luthier
