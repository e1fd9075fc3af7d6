// The metrics that an experiment reads beside its objectives, and who reads each. What no trial
// reports never takes effect there.
#pragma once

#include <string>
#include <vector>

#include "luthier/experiment_spec.h"

namespace luthier {

struct MetricReading {
  std::string metric;  // an objective may be read too; never training_iteration, which is counted
  std::string reader;  // "the stop rule 'loss < 0.1'"
};

// In the order of the stop rules, then the requirements, then what schedulers go by. A rule that
// can't be read names none.
std::vector<MetricReading> metric_readings(const ExperimentSpec& spec);

}  // namespace luthier
