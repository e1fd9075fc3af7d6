#include "tuner/program_options.h"

#include <cstdint>

namespace luthier {

ProcessOptions process_options(const ExperimentSpec& spec) {
  ProcessOptions process{
      .command = spec.command,
      .grace = std::chrono::microseconds(static_cast<std::int64_t>(spec.grace_s * 1e6)),
      .working_directory = spec.working_directory};
  for (const Parameter& parameter : spec.space.parameters()) {
    process.parameters.push_back(parameter.name);
  }
  for (const Objective& objective : spec.objectives) {
    process.metrics.push_back(objective.metric);
  }
  for (const auto& [name, value] : spec.executor_options) {
    if (name == "metric_regex") {
      process.metric_regex = value;
    }
  }
  return process;
}

}  // namespace luthier
