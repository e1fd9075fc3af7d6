// Curves: the best value so far of an experiment, and a metric of many trials.
#include <algorithm>
#include <cmath>
#include <map>

#include "base/failure.h"
#include "base/text.h"
#include "base/try.h"
#include "core/json_writer.h"
#include "service/http/api_request.h"
#include "service/http/thinned.h"
#include "service/http/trial_request.h"
#include "tuner/assembly.h"

namespace luthier {
namespace {

constexpr std::size_t kMostPoints = 1000;  // of the best value so far
constexpr std::int64_t kMostCurves = 1000;

struct Asked {
  std::vector<TrialId> trials;
  std::size_t total = 0;  // without the limit
};

// The trials in `trials`, else those that the filter and the order give.
Result<Asked> asked_trials(const ApiRequest& request, TrialTable& table) {
  std::vector<TrialId> trials;
  for (const auto& text : request.list("trials")) {
    const auto number = parse_integer(text);
    if (!number || *number < 0 || trials.size() >= kMostCurves) {
      return failure(ErrorCode::invalid_argument,
                     "trials is a list of at most {} numbers, such as 0,5,12",
                     kMostCurves);
    }
    trials.push_back({*number});
  }
  if (!trials.empty()) {
    return Asked{trials, trials.size()};
  }
  LUTHIER_TAKE(const auto limit, request.number("limit", 50, 1, kMostCurves));
  LUTHIER_TAKE(const auto query, trial_query(request));
  TrialColumns columns(table.spec(), is_running(request.experiment));
  LUTHIER_TRY(check_query(table, columns, query));
  LUTHIER_TAKE(trials, wanted_trials(table, columns, query));
  const std::size_t total = trials.size();
  trials.resize(std::min(total, static_cast<std::size_t>(limit)));
  return Asked{std::move(trials), total};
}

// What a value is drawn against.
Result<bool> asked_by_time(const ApiRequest& request) {
  const std::string by = request.text("by");
  if (!by.empty() && by != "iteration" && by != "time") {
    return failure(ErrorCode::invalid_argument,
                   "by is '{}'; it must be iteration or time (seconds since the trial began)",
                   to_utf8(by));
  }
  return by == "time";
}

// Points about evenly spaced, and apart from them where the value was no finite number: such
// results are few and must not go under.
class Curve {
 public:
  explicit Curve(std::size_t points) : points_(points) {}

  void start(TimePoint time) { began_ = began_ ? began_ : time; }
  double seconds(TimePoint time) const { return static_cast<double>(time - *began_) * 1e-6; }

  void add(const Value& at, const Value& value) {
    const auto number = value.number();
    if ((!number || !std::isfinite(*number)) && ++gaps_ <= kMostGaps) {
      gaps_at_.push_back(at);
    }
    points_.add({at, value});
  }

  void write(JsonWriter& json, TrialId trial) const {
    json.object().field("trial", trial.value).field("result_count", points_.count());
    json.field("not_finite_count", gaps_).field("not_finite", gaps_at_);
    json.list_of("points", points_.points(), [&](const auto& point) {
      json.list().value(point.first).value(point.second).end();
    });
    json.end();
  }

 private:
  static constexpr std::int64_t kMostGaps = 100;

  std::optional<TimePoint> began_;
  Thinned<std::pair<Value, Value>> points_;
  std::int64_t gaps_ = 0;
  std::vector<Value> gaps_at_;
};

using Curves = std::map<TrialId, Curve>;

void begin_curve(const Event& event, TrialId trial, Curves& curves) {
  if (const auto curve = curves.find(trial); curve != curves.end()) {
    curve->second.start(event.time);
  }
}

void add_result(const Event& event,
                const ResultReported& reported,
                const std::string& metric,
                bool by_time,
                Curves& curves) {
  const auto curve = curves.find(reported.trial);
  const Value* value = reported.metrics.find(metric);
  if (curve == curves.end() || value == nullptr) {
    return;
  }
  curve->second.start(event.time);
  curve->second.add(
      by_time ? Value(curve->second.seconds(event.time)) : Value(reported.training_iteration),
      *value);
}

Result<> read_curves(const std::filesystem::path& directory,
                     const std::string& metric,
                     bool by_time,
                     Curves& curves) {
  return read_events(directory, 1, [&](const Event& event) {
    if (const auto* started = std::get_if<AttemptStarted>(&event.body)) {
      begin_curve(event, started->trial, curves);
    } else if (const auto* reported = std::get_if<ResultReported>(&event.body)) {
      add_result(event, *reported, metric, by_time, curves);
    }
    return true;
  });
}

}  // namespace

ApiAnswer answer_progress(const ApiRequest& request) {
  std::string out;
  LUTHIER_TRY(request.folds.look(request.experiment, [&](const FoldCache::Fold& fold) -> Result<> {
    const Objective& objective = fold.state.objectives().front();
    Thinned<CurvePoint> thinned(kMostPoints);
    for (const CurvePoint& point : BestCurve(*fold.curve).finish()) {
      thinned.add(point);
    }
    JsonWriter json(out);
    json.object()
        .field("schema", 1)
        .field("metric", objective.metric)
        .field("mode", objective.mode == Mode::min ? "min" : "max")
        .field("sequence", fold.state.sequence());
    json.list_of("points", thinned.points(), [&](const CurvePoint& point) {
      json.object()
          .field("time_s", point.time_s)
          .field("trials", point.trials)
          .field("results", point.resource)
          .field("best", point.best)
          .end();
    });
    json.end();
    return {};
  }));
  return json_response(std::move(out));
}

ApiAnswer answer_curves(const ApiRequest& request) {
  LUTHIER_TAKE(const auto points, request.number("points", 200, 2, 2000));
  LUTHIER_TAKE(const bool by_time, asked_by_time(request));
  std::string metric = request.text("metric");
  Asked asked;
  LUTHIER_TRY(request.folds.look_at_trials(request.experiment, [&](TrialTable& table) -> Result<> {
    LUTHIER_TAKE(asked, asked_trials(request, table));
    metric = metric.empty() ? table.spec().objectives.front().metric : metric;
    return {};
  }));
  Curves curves;
  for (const TrialId trial : asked.trials) {
    curves.try_emplace(trial, static_cast<std::size_t>(points));
  }
  LUTHIER_TRY(read_curves(request.experiment, metric, by_time, curves));
  std::string out;
  JsonWriter json(out);
  json.object().field("schema", 1).field("metric", metric).field("total", asked.total);
  json.list_of("curves", asked.trials, [&](TrialId trial) { curves.at(trial).write(json, trial); });
  json.end();
  return json_response(std::move(out));
}

}  // namespace luthier
