// Simulated experiments: from a benchmark and options to specs, and running one of them.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "laboratory/simulation/simulation_options.h"
#include "luthier/simulation.h"
#include "tuner/assembly.h"

namespace luthier {

// What a simulation is, before each seed makes an experiment of it.
struct SimulationPlan {
  // Searcher, scheduler and limits; the rest comes from the benchmark. `name` is the beginning of
  // every experiment's; empty: benchmark, task, scheduler and searcher.
  ExperimentSpec spec;
  SimulationOptions simulation;
  std::uint64_t first_seed = 0;
  std::int64_t seeds = 1;
};

// The names that a requirement may hold as they are.
std::vector<std::string> named_in(const BenchmarkFacts& facts);
std::vector<Objective> objectives_of(const BenchmarkFacts& facts);

// One spec for each seed, resolved. Checks everything, free names under the results included; the
// error lists every problem, one a line.
Result<std::vector<ExperimentSpec>> simulation_specs(const SimulationPlan& plan,
                                                     const Benchmark& benchmark,
                                                     const PluginRegistry& plugins,
                                                     const SessionOptions& session);

// Runs one of them. `options.benchmark` is what the spec was made from.
Result<SimulatedExperiment> run_simulation(const ExperimentSpec& spec,
                                           const PluginRegistry& plugins,
                                           const RunContext& options);

}  // namespace luthier
