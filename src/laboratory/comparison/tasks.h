// The tasks of a comparison (tags `benchmark` and `task`), what is known of their optima, and so
// what can be measured.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "laboratory/comparison/comparison.h"

namespace luthier {

struct Task {
  std::string label;                 // "lcbench/adult"; "" without tags
  std::optional<double> optimum;     // as a loss
  double scale = 1;                  // of relative regret
  std::vector<std::size_t> members;  // experiments
};

struct Tasks {
  std::vector<Task> all;             // by label
  std::vector<std::size_t> task_of;  // of each experiment
  Measure measure = Measure::objective;

  // What is shown for `loss`, still to be minimised. With Measure::rank: the loss.
  double score(std::size_t experiment, double loss) const;
  // The same without the scale.
  double plain_score(std::size_t experiment, double loss) const;
};

Result<Tasks> find_tasks(std::span<const ExperimentCurve> experiments,
                         std::optional<double> optimum);

}  // namespace luthier
