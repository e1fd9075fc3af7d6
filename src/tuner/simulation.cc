#include "luthier/simulation.h"

#include <utility>

#include "base/try.h"
#include "tuner/simulate.h"

namespace luthier {

struct Simulation::Impl {
  SimulationPlan plan;
  RunContext options;
  PluginRegistry plugins;
  std::vector<std::string> requirements;  // read once the benchmark is open
  std::vector<std::string> priors;        // the same

  Impl() {
    plan.spec.searcher = {"random"};
    plan.spec.samples = 0;
    options.session.memory_store = true;
    options.session.keep_log = false;
  }

  Result<> open() {
    if (!options.benchmark) {
      LUTHIER_TAKE(auto opened, open_benchmark(plan.simulation.benchmark, plan.simulation.task));
      options.benchmark = std::move(opened);
    }
    return {};
  }

  Result<> read_requirements() {
    plan.spec.require.clear();
    const std::vector<std::string> known = named_in(options.benchmark->facts());
    for (const std::string& condition : requirements) {
      LUTHIER_TAKE(auto requirement, parse_requirement(condition, known));
      plan.spec.require.push_back(std::move(requirement));
    }
    return {};
  }

  Result<> read_priors() {
    plan.spec.prior.clear();
    for (const std::string& belief : priors) {
      LUTHIER_TAKE(auto prior, parse_prior(belief));
      plan.spec.prior.push_back(std::move(prior));
    }
    return {};
  }
};

Simulation::Simulation(std::string benchmark, std::string task) : impl_(std::make_unique<Impl>()) {
  impl_->plan.simulation.benchmark = std::move(benchmark);
  impl_->plan.simulation.task = std::move(task);
}
Simulation::Simulation(std::shared_ptr<const Benchmark> benchmark)
    : Simulation(benchmark->facts().name, benchmark->facts().task) {
  impl_->options.benchmark = std::move(benchmark);
}
Simulation::Simulation(Simulation&&) noexcept = default;
Simulation& Simulation::operator=(Simulation&&) noexcept = default;
Simulation::~Simulation() = default;

Simulation& Simulation::minimize(std::string metric) {
  impl_->plan.spec.objectives.push_back({std::move(metric), Mode::min});
  return *this;
}
Simulation& Simulation::maximize(std::string metric) {
  impl_->plan.spec.objectives.push_back({std::move(metric), Mode::max});
  return *this;
}
Simulation& Simulation::require(const std::string& condition) {
  impl_->requirements.push_back(condition);
  return *this;
}
Simulation& Simulation::prior(const std::string& belief) {
  impl_->priors.push_back(belief);
  return *this;
}
Simulation& Simulation::related(std::string name, std::vector<KnownResult> results) {
  impl_->plan.spec.related.push_back({std::move(name), std::move(results)});
  return *this;
}
Simulation& Simulation::searcher(std::string name, NamedValues options) {
  impl_->plan.spec.searcher = {std::move(name), std::move(options)};
  return *this;
}
Simulation& Simulation::scheduler(std::string name, NamedValues options) {
  impl_->plan.spec.scheduler = {std::move(name), std::move(options)};
  return *this;
}
Simulation& Simulation::searcher(std::string name,
                                 std::function<std::unique_ptr<Searcher>()> make) {
  impl_->plugins.add({name}, std::move(make));
  impl_->plan.spec.searcher = {std::move(name)};
  return *this;
}
Simulation& Simulation::scheduler(std::string name,
                                  std::function<std::unique_ptr<TrialScheduler>()> make) {
  impl_->plugins.add({name}, std::move(make));
  impl_->plan.spec.scheduler = {std::move(name)};
  return *this;
}
Simulation& Simulation::workers(std::int64_t count) {
  impl_->plan.simulation.workers = count;
  return *this;
}
Simulation& Simulation::samples(std::int64_t count) {
  impl_->plan.spec.samples = count;
  return *this;
}
Simulation& Simulation::time_budget(double seconds) {
  impl_->plan.spec.time_budget_s = seconds;
  return *this;
}
Simulation& Simulation::retries(std::int64_t count) {
  impl_->plan.spec.retries = count;
  return *this;
}
Simulation& Simulation::seeds(std::uint64_t first, std::int64_t count) {
  impl_->plan.first_seed = first;
  impl_->plan.seeds = count;
  return *this;
}
Simulation& Simulation::conditions(ClusterConditions conditions) {
  impl_->plan.simulation.conditions = conditions;
  return *this;
}
Simulation& Simulation::results(std::filesystem::path directory) {
  impl_->options.session.results = std::move(directory);
  impl_->options.session.memory_store = false;
  impl_->options.session.keep_log = true;
  return *this;
}
Simulation& Simulation::name(std::string prefix) {
  impl_->plan.spec.name = std::move(prefix);
  return *this;
}

Result<std::vector<SimulatedExperiment>> Simulation::run() {
  LUTHIER_TRY(impl_->open());
  LUTHIER_TRY(impl_->read_requirements());
  LUTHIER_TRY(impl_->read_priors());
  LUTHIER_TAKE(const auto specs,
               simulation_specs(
                   impl_->plan, *impl_->options.benchmark, impl_->plugins, impl_->options.session));
  std::vector<SimulatedExperiment> experiments;
  for (const ExperimentSpec& spec : specs) {
    LUTHIER_TAKE(auto experiment, run_simulation(spec, impl_->plugins, impl_->options));
    experiments.push_back(std::move(experiment));
  }
  return experiments;
}

}  // namespace luthier
