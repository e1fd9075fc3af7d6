// BestCurve: watches an experiment and notes the best value so far after each improvement.
#pragma once

#include <limits>
#include <vector>

#include "luthier/logger.h"
#include "luthier/simulation.h"
#include "luthier/trial.h"

namespace luthier {

class BestCurve final : public Logger {
 public:
  explicit BestCurve(Objective objective) : objective_(std::move(objective)) {}

  void on_events(const ExperimentView& view, std::span<const Event> events) override;
  // The points so far and one more for the end.
  std::vector<CurvePoint> finish();

 private:
  CurvePoint point(TimePoint time) const;

  Objective objective_;
  std::vector<CurvePoint> points_;
  double best_loss_ = std::numeric_limits<double>::infinity();
  std::int64_t trials_ = 0;
  std::int64_t resource_ = 0;
  TimePoint start_ = 0;
  TimePoint last_ = 0;
};

}  // namespace luthier
