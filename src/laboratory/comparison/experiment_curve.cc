#include "laboratory/comparison/experiment_curve.h"

#include <algorithm>
#include <limits>

#include "base/try.h"
#include "core/state/ranked_loss.h"

namespace luthier {
namespace {

constexpr double kNothing = std::numeric_limits<double>::infinity();

}  // namespace

double BestPoint::at(CurveAxis axis) const {
  switch (axis) {
    case CurveAxis::trials:
      return static_cast<double>(trials);
    case CurveAxis::time:
      return time_s;
    case CurveAxis::resource:
      return static_cast<double>(resource);
  }
  return 0;
}

std::optional<std::string> ExperimentCurve::tag(std::string_view key) const {
  for (const auto& [name, value] : tags) {
    if (name == key) {
      return value;
    }
  }
  return std::nullopt;
}

double ExperimentCurve::best_at(CurveAxis axis, double position) const {
  const auto after = std::ranges::upper_bound(
      points, position, {}, [axis](const BestPoint& point) { return point.at(axis); });
  return after == points.begin() ? kNothing : std::prev(after)->best;
}

Result<> CurveReader::take(const Event& event) {
  watch_.follow(event);
  if (const auto* created = std::get_if<ExperimentCreated>(&event.body)) {
    LUTHIER_TAKE(const auto spec, parse_experiment_spec(created->spec));
    curve_.name = spec.name;
    curve_.searcher = spec.searcher;
    curve_.scheduler = spec.scheduler;
    curve_.seed = spec.seed;
    curve_.objectives = spec.objectives;
    curve_.space = spec.space;
    curve_.tags = spec.tags;
    LUTHIER_TAKE(auto requirements, Requirements::make(spec));
    watch_ = RequirementWatch(std::move(requirements));
    curve_.end.best = kNothing;
  } else if (const auto* started = std::get_if<ControllerStarted>(&event.body)) {
    earlier_sessions_s_ = elapsed_s(last_time_);  // of one that crashed, up to its last word
    session_start_ = event.time;
    in_session_ = true;
    curve_.jobs = started->jobs;
    curve_.finished = false;
  } else if (const auto* attempt = std::get_if<AttemptStarted>(&event.body)) {
    BestPoint next = curve_.end;
    next.trials += attempt->attempt == 1 ? 1 : 0;
    if (!spends(next)) {
      curve_.end.trials = next.trials;
    }
  } else if (const auto* result = std::get_if<ResultReported>(&event.body)) {
    take_result(*result, event.time);
  } else if (const auto* stopped = std::get_if<ControllerStopped>(&event.body)) {
    earlier_sessions_s_ = elapsed_s(event.time);
    in_session_ = false;
    curve_.finished = stopped->finished;
  }
  last_time_ = event.time;
  const double elapsed = elapsed_s(event.time);
  if (budget_ && budget_->axis == CurveAxis::time) {
    curve_.end.time_s = std::min(elapsed, budget_->amount);
  } else if (!spent_) {
    curve_.end.time_s = elapsed;
  }
  return {};
}

ExperimentCurve CurveReader::curve() && {
  return std::move(curve_);
}

double CurveReader::elapsed_s(TimePoint now) const {
  return earlier_sessions_s_ +
         (in_session_ ? static_cast<double>(now - session_start_) * 1e-6 : 0.0);
}

bool CurveReader::spends(const BestPoint& next) {
  spent_ = spent_ || (budget_ && next.at(budget_->axis) > budget_->amount);
  return spent_;
}

void CurveReader::take_result(const ResultReported& result, TimePoint time) {
  const bool is_feasible = violation_of(watch_.take(result)) == 0;
  BestPoint next = curve_.end;
  next.resource += 1;
  next.time_s = elapsed_s(time);
  if (spends(next)) {
    return;
  }
  const double loss = loss_of(curve_.objectives.front(), result.metrics);
  if (is_feasible && loss < next.best) {
    next.best = loss;
    curve_.points.push_back(next);
  }
  curve_.end = next;
}

}  // namespace luthier
