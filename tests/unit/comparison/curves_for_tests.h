// Experiments made by hand.
#pragma once

#include <limits>
#include <string>
#include <vector>

#include "laboratory/comparison/experiment_curve.h"

namespace luthier {

struct Made {
  std::string scheduler = "fifo";
  std::uint64_t seed = 0;
  std::string task = {};
  std::string optimum = {};
  Mode mode = Mode::min;
};

// Trial i has one result, losses[i], at second i + 1.
inline ExperimentCurve made_curve(const Made& made, const std::vector<double>& losses) {
  ExperimentCurve curve;
  curve.name = made.scheduler + made.task + "-" + std::to_string(made.seed);
  curve.scheduler = {made.scheduler};
  curve.searcher = {"random"};
  curve.jobs = 1;
  curve.seed = made.seed;
  curve.objectives = {{"loss", made.mode}};
  if (!made.task.empty()) {
    curve.tags.emplace_back("task", made.task);
  }
  if (!made.optimum.empty()) {
    curve.tags.emplace_back("optimum", made.optimum);
  }
  curve.finished = true;
  curve.end.best = std::numeric_limits<double>::infinity();
  for (const double loss : losses) {
    curve.end.trials += 1;
    curve.end.resource += 1;
    curve.end.time_s += 1;
    if (loss < curve.end.best) {
      curve.end.best = loss;
      curve.points.push_back(curve.end);
    }
  }
  return curve;
}

}  // namespace luthier
