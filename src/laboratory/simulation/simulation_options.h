// SimulationOptions: what a simulated experiment is a function of besides its spec. The spec's
// executor options hold it, so that resume, extend and a rerun need nothing else.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "laboratory/simulation/simulated_nodes.h"
#include "luthier/simulation.h"

namespace luthier {

inline constexpr const char* kSimulatedExecutor = "simulated";

struct SimulationOptions {
  std::string benchmark;  // for open_benchmark
  std::string task = {};
  std::int64_t workers = 1;
  ClusterConditions conditions = {};
  friend bool operator==(const SimulationOptions&, const SimulationOptions&) = default;
};

using ExecutorOptions = std::vector<std::pair<std::string, std::string>>;
ExecutorOptions to_executor_options(const SimulationOptions& options);  // defaults are left out
Result<SimulationOptions> parse_simulation_options(const ExecutorOptions& options);
// The nodes of the cluster; nothing when none is ever lost.
std::optional<NodeOptions> node_options(const SimulationOptions& options, std::uint64_t seed);
// What can't be, one sentence a line.
Result<> check(const SimulationOptions& options);

}  // namespace luthier
