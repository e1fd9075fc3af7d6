// Curves: the best value so far of an experiment, and a metric of many trials.
#include <algorithm>
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

// The trials in `trials`, else those that the filter and the order give.
Result<std::vector<TrialId>> asked_trials(const ApiRequest& request, TrialTable& table) {
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
    return trials;
  }
  LUTHIER_TAKE(const auto limit, request.number("limit", 50, 1, kMostCurves));
  LUTHIER_TAKE(const auto query, trial_query(request));
  TrialColumns columns(table.spec(), is_running(request.experiment));
  LUTHIER_TRY(check_query(table, columns, query));
  LUTHIER_TAKE(trials, wanted_trials(table, columns, query));
  trials.resize(std::min(trials.size(), static_cast<std::size_t>(limit)));
  return trials;
}

using Curve = Thinned<std::pair<std::int64_t, Value>>;

Result<> read_curves(const std::filesystem::path& directory,
                     const std::string& metric,
                     std::map<TrialId, Curve>& curves) {
  return read_events(directory, 1, [&](const Event& event) {
    if (const auto* reported = std::get_if<ResultReported>(&event.body)) {
      const auto curve = curves.find(reported->trial);
      const Value* value = reported->metrics.find(metric);
      if (curve != curves.end() && value != nullptr) {
        curve->second.add({reported->training_iteration, *value});
      }
    }
    return true;
  });
}

void write_curve(JsonWriter& json, TrialId trial, const Curve& curve) {
  json.object().field("trial", trial.value).field("result_count", curve.count());
  json.list_of("points", curve.points(), [&](const auto& point) {
    json.list().value(point.first).value(point.second).end();
  });
  json.end();
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
  std::string metric = request.text("metric");
  std::vector<TrialId> trials;
  LUTHIER_TRY(request.folds.look_at_trials(request.experiment, [&](TrialTable& table) -> Result<> {
    LUTHIER_TAKE(trials, asked_trials(request, table));
    metric = metric.empty() ? table.spec().objectives.front().metric : metric;
    return {};
  }));
  std::map<TrialId, Curve> curves;
  for (const TrialId trial : trials) {
    curves.try_emplace(trial, static_cast<std::size_t>(points));
  }
  LUTHIER_TRY(read_curves(request.experiment, metric, curves));
  std::string out;
  JsonWriter json(out);
  json.object().field("schema", 1).field("metric", metric);
  json.list_of(
      "curves", trials, [&](TrialId trial) { write_curve(json, trial, curves.at(trial)); });
  json.end();
  return json_response(std::move(out));
}

}  // namespace luthier
