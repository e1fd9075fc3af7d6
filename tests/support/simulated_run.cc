#include "support/simulated_run.h"

#include <cmath>

#include "core/log/canonical_export.h"
#include "tuner/plugin_registry.h"

namespace luthier {
namespace {

constexpr std::int64_t kMaximumControllers = 20;

struct Controller {
  ExperimentState state;
  Rules rules;
  std::unique_ptr<Advisors> advisors;
};

std::unique_ptr<Controller> recover(const ExperimentSpec& spec,
                                    EventStore& store,
                                    SimulatedRun& run,
                                    ReplayDepth depth) {
  auto rules = Rules::make(spec);
  auto advisors = PluginRegistry().make_advisors(spec);
  if (!rules || !advisors) {
    run.first_error = rules ? advisors.error().message : rules.error().message;
    return nullptr;
  }
  auto controller =
      std::make_unique<Controller>(ExperimentState{}, std::move(*rules), std::move(*advisors));
  auto counts =
      replay_log(store, controller->state, *controller->advisors, controller->rules, depth);
  if (!counts) {
    run.first_error = counts.error().message;
    return nullptr;
  }
  run.recovered.decisions += counts->decisions;
  run.recovered.choices += counts->choices;
  run.recovered.suggestions += counts->suggestions;
  run.recovered.differences += counts->differences;
  if (run.recovered.first_difference.empty()) {
    run.recovered.first_difference = counts->first_difference;
  }
  return controller;
}

}  // namespace

SimulatedStep CurveScript::step(const StartRequest& attempt, std::int64_t iteration) const {
  const double x = attempt.config.number("x");
  const auto trial = static_cast<std::uint64_t>(attempt.id.trial.value);
  Rng rng(attempt.seed, "curve", static_cast<std::uint64_t>(iteration));
  const TimePoint duration = 1000 + static_cast<TimePoint>(rng.below(997));
  if (iteration > length_) {
    return {.kind = SimulatedStep::Kind::finish, .duration = duration};
  }
  if (with_failures_ && trial % 7 == 3 && iteration == 3) {
    return {
        .kind = SimulatedStep::Kind::fail, .duration = duration, .message = "as the script says"};
  }
  double loss = (x - 0.3) * (x - 0.3) + 1.0 / static_cast<double>(iteration) + 0.05 * rng.uniform();
  if (with_failures_ && trial % 11 == 5) {
    loss = std::nan("");
  }
  return {.duration = duration, .metrics = {{"loss", loss}, {"accuracy", 1.0 - loss}}};
}

namespace {

// One controller's life: true when it finished the experiment.
bool control(const ExperimentSpec& spec,
             EventStore& store,
             const SimulatedRunOptions& simulation,
             EnginePorts ports,
             SimulatedRun& run) {
  auto controller = recover(spec, store, run, ReplayDepth::decisions);
  if (!controller) {
    return false;
  }
  ports.experiment_directory = "/";
  ports.idle_interval = 0;
  ports.fault = simulation.fault;
  PlannerOptions options;
  options.jobs = simulation.jobs;
  options.inventory = simulation.inventory;
  if (options.inventory.cpu <= 0) {
    options.inventory.cpu = static_cast<double>(simulation.jobs);
  }
  options.experiment_directory = "/";
  Engine engine(controller->state, *controller->advisors, controller->rules, options, ports);
  if (!controller->state.created()) {
    engine.planner().create(spec, "test");
  }
  const auto ran = engine.run();
  if (!ran && !simulation.dies_of_failed_append) {
    run.first_error = ran.error().message;
  }
  return ran.ok() && !engine.crashed();
}

void export_canonically(EventStore& store, SimulatedRun& run) {
  CanonicalExport canonical;
  const auto read = store.read_from(1, [&](const Event& event) {
    canonical.take(event);
    ++run.events;
    return true;
  });
  if (!read) {
    run.first_error = read.error().message;
  }
  run.canonical = canonical.text();
}

}  // namespace

SimulatedRun run_simulated(const ExperimentSpec& spec,
                           const OpenStore& open,
                           const TrialScript& script,
                           const SimulatedRunOptions& options) {
  SimulatedRun run;
  VirtualClock clock;
  SimulatedExecutor simulated(clock, script);
  Executor& executor = options.around ? options.around(simulated) : simulated;
  SimulatedCheckpoints checkpoints;
  while (run.controllers < kMaximumControllers && run.first_error.empty()) {
    ++run.controllers;
    const auto store = open();
    if (!store) {
      run.first_error = store.error().message;
      break;
    }
    const EnginePorts ports{
        .store = **store, .executor = executor, .clock = clock, .checkpoints = checkpoints};
    if (control(spec, **store, options, ports, run)) {
      export_canonically(**store, run);
      break;
    }
  }
  return run;
}

SimulatedRun run_simulated(const ExperimentSpec& spec,
                           EventStore& store,
                           const TrialScript& script,
                           std::int64_t jobs,
                           const Fault& fault,
                           Resources inventory) {
  return run_simulated(spec,
                       [&] { return &store; },
                       script,
                       {.jobs = jobs, .fault = fault, .inventory = std::move(inventory)});
}

ReplayCounts replay_store(const ExperimentSpec& spec, EventStore& store) {
  SimulatedRun run;
  recover(spec, store, run, ReplayDepth::everything);
  return run.recovered;
}

}  // namespace luthier
