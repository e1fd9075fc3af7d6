// Curves: the best value so far of an experiment, and a metric of many trials.
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <memory>
#include <set>

#include "base/failure.h"
#include "base/format.h"
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
  LUTHIER_TAKE(auto trials, listed_trials(request, kMostCurves));
  if (!trials.empty()) {
    return Asked{trials, trials.size()};
  }
  LUTHIER_TAKE(const auto limit, request.number("limit", 50, 1, kMostCurves));
  LUTHIER_TAKE(const auto query, trial_query(request));
  TrialColumns columns(
      table.spec(), is_running(request.experiment), read_remarks(request.experiment));
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

// Points about evenly spaced, and apart from them where the value was not a finite number: such
// results are few and must not go under.
class Curve {
 public:
  explicit Curve(std::size_t points) : points_(points) {}

  void start(TimePoint time) { began_ = began_ ? began_ : time; }
  double seconds(TimePoint time) const { return static_cast<double>(time - *began_) * 1e-6; }

  void add(double at, double value) {
    if (!std::isfinite(value) && ++gaps_ <= kMostGaps) {
      gaps_at_.push_back(at);
    }
    points_.add({at, value});
  }

  // `place`: what stands for a point's place in JSON.
  template <class Place>
  void write(JsonWriter& json, TrialId trial, const Place& place) const {
    json.object().field("trial", trial.value).field("result_count", points_.count());
    json.field("not_finite_count", gaps_);
    json.list_of("not_finite", gaps_at_, [&](double at) { json.value(place(at)); });
    json.list_of("points", points_.points(), [&](const auto& point) {
      json.list().value(place(point.first)).value(point.second).end();
    });
    json.end();
  }

 private:
  static constexpr std::int64_t kMostGaps = 100;

  std::optional<TimePoint> began_;
  Thinned<std::pair<double, double>> points_;
  std::int64_t gaps_ = 0;
  std::vector<double> gaps_at_;
};

struct CurveOptions {
  std::string metric;
  bool by_time = false;
  std::size_t points = 0;
};

// A metric of those trials, or of all while they are not too many to keep.
class Curves final : public EventFold {
 public:
  Curves(CurveOptions options, std::optional<std::set<TrialId>> wanted)
      : options_(std::move(options)), wanted_(std::move(wanted)) {}

  void take(const Event& event) override {
    if (const auto* started = std::get_if<AttemptStarted>(&event.body)) {
      if (Curve* curve = curve_of(started->trial)) {
        curve->start(event.time);
      }
    } else if (const auto* reported = std::get_if<ResultReported>(&event.body)) {
      add(event.time, *reported);
    }
  }
  bool are_too_many() const { return too_many_; }

  void write(JsonWriter& json, TrialId trial) const {
    const auto found = curves_.find(trial);
    const Curve& curve = found == curves_.end() ? Curve(options_.points) : found->second;
    curve.write(json, trial, [&](double at) {
      return options_.by_time ? Value(at) : Value(static_cast<std::int64_t>(at));
    });
  }

 private:
  static constexpr std::size_t kMostKept = 1000000;  // points

  Curve* curve_of(TrialId trial) {
    if (too_many_ || (wanted_ && !wanted_->contains(trial))) {
      return nullptr;
    }
    const auto curve = curves_.try_emplace(trial, options_.points).first;
    if (!wanted_ && curves_.size() * options_.points > kMostKept) {
      too_many_ = true;
      curves_.clear();
      return nullptr;
    }
    return &curve->second;
  }

  void add(TimePoint time, const ResultReported& reported) {
    const Value* value = reported.metrics.find(options_.metric);
    Curve* curve = value == nullptr ? nullptr : curve_of(reported.trial);
    if (curve == nullptr) {
      return;
    }
    curve->start(time);
    const double at =
        options_.by_time ? curve->seconds(time) : static_cast<double>(reported.training_iteration);
    curve->add(at, value->number().value_or(std::numeric_limits<double>::quiet_NaN()));
  }

  const CurveOptions options_;
  const std::optional<std::set<TrialId>> wanted_;  // none: all
  std::map<TrialId, Curve> curves_;
  bool too_many_ = false;
};

std::string curves_json(const CurveOptions& options, const Asked& asked, const Curves& curves) {
  std::string out;
  JsonWriter json(out);
  json.object().field("schema", 1).field("metric", options.metric).field("total", asked.total);
  json.list_of("curves", asked.trials, [&](TrialId trial) { curves.write(json, trial); });
  json.end();
  return out;
}

// Of all trials' curves, which are kept; empty: they are too many for that.
Result<std::string> kept_curves(const ApiRequest& request,
                                const CurveOptions& options,
                                const Asked& asked) {
  const std::string name = formatted(
      "curves {} {} {}", options.points, options.by_time ? "time" : "iteration", options.metric);
  std::string out;
  LUTHIER_TRY(request.pictures.look<Curves>(
      request.experiment,
      name,
      [&] { return std::make_unique<Curves>(options, std::nullopt); },
      [&](const Curves& curves) -> Result<> {
        out = curves.are_too_many() ? "" : curves_json(options, asked, curves);
        return {};
      }));
  return out;
}

Result<std::string> read_curves(const ApiRequest& request,
                                const CurveOptions& options,
                                const Asked& asked) {
  Curves curves(options, std::set<TrialId>(asked.trials.begin(), asked.trials.end()));
  LUTHIER_TRY(read_events(request.experiment, 1, [&](const Event& event) {
    curves.take(event);
    return true;
  }));
  return curves_json(options, asked, curves);
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
        .field("mode", objective.mode)
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
  CurveOptions options{.metric = request.text("metric"),
                       .by_time = by_time,
                       .points = static_cast<std::size_t>(points)};
  Asked asked;
  LUTHIER_TRY(request.folds.look_at_trials(request.experiment, [&](TrialTable& table) -> Result<> {
    LUTHIER_TAKE(asked, asked_trials(request, table));
    if (options.metric.empty()) {
      options.metric = table.spec().objectives.front().metric;
    }
    return {};
  }));
  LUTHIER_TAKE(auto out, kept_curves(request, options, asked));
  if (out.empty()) {
    LUTHIER_TAKE(out, read_curves(request, options, asked));
  }
  return json_response(std::move(out));
}

}  // namespace luthier
