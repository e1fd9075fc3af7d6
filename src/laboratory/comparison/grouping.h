// Which experiments are repetitions of one another. By default: equal scheduler, searcher (options
// included) and jobs; `by` names what else makes the groups.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "laboratory/comparison/experiment_curve.h"
#include "luthier/error.h"

namespace luthier {

struct Group {
  std::string label;                 // short: what sets it apart from the other groups
  std::vector<std::size_t> members;  // indices of experiments, in the order given
};

// Groups in order of their labels. `by`: any of "scheduler", "searcher", "jobs", "experiment" (its
// name, so that each stands alone) and tags; empty for the default. An experiment without a tag
// named is invalid_argument.
Result<std::vector<Group>> group_experiments(std::span<const ExperimentCurve> experiments,
                                             std::span<const std::string> by);

}  // namespace luthier
