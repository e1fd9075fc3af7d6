// Which trial went on from which, and the schedule of configurations that led to one.
#include <algorithm>
#include <memory>
#include <ranges>

#include "base/failure.h"
#include "base/format.h"
#include "base/text.h"
#include "base/try.h"
#include "core/json_writer.h"
#include "service/http/api_request.h"
#include "service/http/parameter_scale.h"
#include "service/schedule_text.h"
#include "tuner/assembly.h"
#include "tuner/stored/lineage.h"
#include "tuner/stored/listing.h"
#include "tuner/stored/trial_columns.h"

namespace luthier {
namespace {

constexpr std::int64_t kMostStretches = 20000;

class LineageFold final : public EventFold {
 public:
  explicit LineageFold(std::string metric) : lineage(std::move(metric)) {}
  void take(const Event& event) override { lineage.take(event); }

  Lineage lineage;
};

Result<> look_at_lineage(const ApiRequest& request,
                         const ExperimentSpec& spec,
                         const std::function<Result<>(const Lineage& lineage)>& look) {
  return request.pictures.look<LineageFold>(
      request.experiment,
      "lineage",
      [&] { return std::make_unique<LineageFold>(spec.objectives.front().metric); },
      [&](const LineageFold& fold) { return look(fold.lineage); });
}

// Whether configurations changed while trials trained: else there is no tree.
bool has_tree(const Lineage& lineage) {
  return std::ranges::any_of(lineage.stretches(),
                             [](const Stretch& each) { return each.parent.has_value(); });
}

// The last `most`; a parent is named by its index among all.
void write_stretches(JsonWriter& json, const Lineage& lineage, std::int64_t most) {
  const auto all = lineage.stretches();
  const auto first =
      has_tree(lineage) ? std::max<std::ptrdiff_t>(0, std::ssize(all) - most) : std::ssize(all);
  json.field("stretch_count", all.size()).field("first", first);
  json.list_of("stretches", std::views::drop(all, first), [&](const Stretch& each) {
    json.list().value(each.trial.value).value(each.from).value(each.to);
    json.value(each.parent).value(each.value).end();
  });
}

// Each part of the way with where the next one began: [trial, from, to].
void write_ancestry(JsonWriter& json, const Lineage& lineage, TrialId trial) {
  const auto line = lineage.ancestry(trial);
  json.key("ancestry").list();
  for (std::size_t i = 0; i < line.size(); ++i) {
    const Stretch& each = lineage.stretches()[line[i]];
    const std::int64_t to = i + 1 < line.size() ? lineage.stretches()[line[i + 1]].from : each.to;
    json.list().value(line[i]).value(each.trial.value).value(each.from).value(to).end();
  }
  json.end();
}

void write_parameters(JsonWriter& json, const ExperimentSpec& spec) {
  json.key("parameters").list();
  for (const Parameter& parameter : spec.space.parameters()) {
    if (varies(parameter)) {
      json.object().field("name", parameter.name).field("scale", scale_of(parameter.domain)).end();
    }
  }
  json.end();
}

void write_steps(JsonWriter& json, const std::vector<ScheduleStep>& steps) {
  json.key("steps").list();
  for (const ScheduleStep& step : steps) {
    json.raw(to_json(step));
  }
  json.end();
}

// The one that was asked for, else the best.
Result<std::optional<TrialId>> wanted_trial(const ApiRequest& request, const Overview& overview) {
  if (!request.text("trial").empty()) {
    LUTHIER_TAKE(const auto number, request.number("trial", 0, 0, std::int64_t{1} << 53));
    return std::optional(TrialId{number});
  }
  return overview.status.best_trial;
}

// The file's name says what it is of.
HttpResponse file_of(std::string text, std::string type, const std::string& name) {
  return {.type = std::move(type),
          .body = std::move(text),
          .headers = {{"Content-Disposition", formatted("attachment; filename=\"{}\"", name)}}};
}

}  // namespace

ApiAnswer answer_lineage(const ApiRequest& request) {
  LUTHIER_TAKE(const auto limit, request.number("limit", kMostStretches, 1, kMostStretches));
  LUTHIER_TAKE(const auto overview, read_overview(request.experiment));
  LUTHIER_TAKE(const auto trial, wanted_trial(request, overview));
  const Objective& objective = overview.spec.objectives.front();
  std::string out;
  LUTHIER_TRY(look_at_lineage(request, overview.spec, [&](const Lineage& lineage) -> Result<> {
    JsonWriter json(out);
    json.object().field("schema", 1).field("scheduler", to_text(overview.spec.scheduler));
    json.field("metric", objective.metric).field("mode", objective.mode);
    json.field("clone_count", lineage.clones());
    json.field("trial", trial ? std::optional(trial->value) : std::nullopt);
    write_stretches(json, lineage, limit);
    write_ancestry(json, lineage, trial.value_or(TrialId{-1}));
    write_parameters(json, overview.spec);
    write_steps(json, lineage.schedule(trial.value_or(TrialId{-1})));
    json.end();
    return {};
  }));
  return json_response(std::move(out));
}

ApiAnswer answer_schedule(const ApiRequest& request) {
  const std::string format = request.text("format").empty() ? "json" : request.text("format");
  if (format != "json" && format != "csv" && format != "jsonl") {
    return failure(ErrorCode::invalid_argument,
                   "format is '{}'; it must be json, csv, or jsonl (the policy of pbt_replay)",
                   to_utf8(format));
  }
  LUTHIER_TAKE(const auto overview, read_overview(request.experiment));
  std::vector<ScheduleStep> steps;
  LUTHIER_TRY(look_at_lineage(request, overview.spec, [&](const Lineage& lineage) -> Result<> {
    steps = lineage.schedule(request.trial);
    return {};
  }));
  if (steps.empty()) {
    return failure(ErrorCode::not_found,
                   "trial {} never ran, or is not there, so no schedule led to it",
                   to_text(request.trial));
  }
  const std::string name = formatted("schedule-{}.{}", to_text(request.trial), format);
  if (format == "csv") {
    return file_of(schedule_csv(steps), "text/csv; charset=utf-8", name);
  }
  if (format == "jsonl") {
    return file_of(schedule_policy(steps), "application/jsonl; charset=utf-8", name);
  }
  std::string out;
  JsonWriter json(out);
  json.object().field("schema", 1).field("trial", request.trial.value);
  write_steps(json, steps);
  json.end();
  return json_response(std::move(out));
}

}  // namespace luthier
