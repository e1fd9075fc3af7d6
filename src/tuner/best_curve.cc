#include "tuner/best_curve.h"

#include <cmath>

#include "core/state/ranked_loss.h"

namespace luthier {

CurvePoint BestCurve::point(TimePoint time) const {
  CurvePoint point{
      .time_s = static_cast<double>(time - start_) / 1e6, .trials = trials_, .resource = resource_};
  if (std::isfinite(best_loss_)) {
    point.best = objective_.mode == Mode::min ? best_loss_ : -best_loss_;
  }
  return point;
}

void BestCurve::note(const ResultReported& reported, TimePoint time) {
  ++resource_;
  const bool is_feasible = violation_of(watch_.take(reported)) == 0;
  const double loss = loss_of(objective_, reported.metrics);
  if (is_feasible && loss < best_loss_) {
    best_loss_ = loss;
    points_.push_back(point(time));
  }
}

void BestCurve::on_events(const ExperimentView& /*view*/, std::span<const Event> events) {
  for (const Event& event : events) {
    last_ = event.time;
    watch_.follow(event);
    if (std::holds_alternative<ExperimentCreated>(event.body)) {
      start_ = event.time;
    } else if (const auto* started = std::get_if<AttemptStarted>(&event.body)) {
      trials_ += started->attempt == 1 ? 1 : 0;
    } else if (const auto* reported = std::get_if<ResultReported>(&event.body)) {
      note(*reported, event.time);
    }
  }
}

std::vector<CurvePoint> BestCurve::finish() {
  points_.push_back(point(last_));
  return std::move(points_);
}

}  // namespace luthier
