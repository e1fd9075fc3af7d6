// What `luthier simulate` was told.
#pragma once

#include "cli/options/arguments.h"
#include "tuner/simulate.h"

namespace luthier::cli {

struct SimulateRequest {
  SimulationPlan plan;
  PluginRegistry plugins;
  RunOptions options;  // the benchmark is open
};

// The error lists every problem, one a line.
Result<SimulateRequest> read_simulate_request(const Arguments& arguments);

}  // namespace luthier::cli
