// BestCurve: watches an experiment and notes the best value so far after each improvement, of
// results that meet every requirement.
#pragma once

#include <limits>
#include <vector>

#include "core/state/requirement_watch.h"
#include "luthier/logger.h"
#include "luthier/simulation.h"
#include "luthier/trial.h"

namespace luthier {

class BestCurve final : public Logger {
 public:
  explicit BestCurve(Objective objective, Requirements requirements = {})
      : objective_(std::move(objective)), watch_(std::move(requirements)) {}

  void on_events(const ExperimentView& view, std::span<const Event> events) override;
  // The points so far and one more for the end.
  std::vector<CurvePoint> finish();

 private:
  CurvePoint point(TimePoint time) const;

  void note(const ResultReported& reported, TimePoint time);

  Objective objective_;
  RequirementWatch watch_;
  std::vector<CurvePoint> points_;
  double best_loss_ = std::numeric_limits<double>::infinity();
  std::int64_t trials_ = 0;
  std::int64_t resource_ = 0;
  TimePoint start_ = 0;
  TimePoint last_ = 0;
};

}  // namespace luthier
