#include "laboratory/comparison/comparison_json.h"

#include <array>

#include "base/csv_field.h"
#include "base/format.h"
#include "base/text.h"
#include "core/json_writer.h"
#include "laboratory/comparison/figures.h"

namespace luthier {
namespace {

constexpr std::array<std::string_view, kCurveAxes> kAxisKeys = {"trials", "time_s", "resource"};

void write(JsonWriter& json, const std::optional<Spread>& spread) {
  if (!spread) {
    json.value(std::optional<double>());
    return;
  }
  json.object().field("centre", spread->centre);
  json.field("quartile_1", spread->quartile_1).field("quartile_3", spread->quartile_3);
  json.field("low", spread->low).field("high", spread->high).end();
}

void write(JsonWriter& json, const CurveStep& step) {
  const Spread& s = step.spread;
  json.value(std::array{step.at, s.centre, s.quartile_1, s.quartile_3, s.low, s.high});
}

void write(JsonWriter& json, const ComparisonReport& comparison, const GroupSummary& group) {
  json.object().field("group", group.label);
  json.list_of("experiments", group.members, [&](std::size_t member) {
    json.value(comparison.experiments[member].name);
  });
  json.key("final");
  write(json, group.finals.empty() ? std::nullopt : std::optional(group.final));
  json.field("finals", group.finals).field("mean_rank", group.mean_rank);
  json.field("trials", group.trials).field("time_s", group.time_s);
  json.field("resource", group.resource).key("curves").object();
  for (std::size_t axis = 0; axis < kCurveAxes; ++axis) {
    json.list_of(
        kAxisKeys[axis], group.curves[axis], [&](const CurveStep& step) { write(json, step); });
  }
  json.end().end();
}

void write(JsonWriter& json, const TaskSummary& task) {
  json.object().field("task", task.label).field("optimum", task.optimum);
  json.list_of("groups", task.groups, [&](const auto& spread) { write(json, spread); }).end();
}

void write(JsonWriter& json, const ComparisonReport& comparison, const PairSummary& pair) {
  const auto label = [&](std::size_t group) { return comparison.groups[group].label; };
  json.object().field("first", label(pair.first)).field("second", label(pair.second));
  json.field("pairs", pair.pairs).field("wins", pair.wins);
  json.field("ties", pair.ties).field("losses", pair.losses).key("effect");
  write(json, pair.effect);
  json.field("p", pair.p).field("corrected_p", pair.corrected_p).field("exact", pair.exact);
  json.field("better", pair.better ? std::optional(label(*pair.better)) : std::nullopt).end();
}

}  // namespace

std::string to_json(const ComparisonReport& comparison) {
  std::string out;
  JsonWriter json(out);
  json.object().field("schema", 1).field("metric", comparison.objective.metric);
  json.field("mode", comparison.objective.mode);
  json.field("measure", comparison.measure).field("centre", centre_name(comparison));
  json.field("blocks", comparison.blocks);
  const auto write_with_names = [&](const auto& part) { write(json, comparison, part); };
  json.list_of("groups", comparison.groups, write_with_names);
  json.list_of("tasks", comparison.tasks, [&](const auto& task) { write(json, task); });
  json.list_of("pairs", comparison.pairs, write_with_names);
  json.field("warnings", comparison.warnings).field("notes", comparison.notes).end();
  return out + "\n";
}

std::string curves_csv(const ComparisonReport& comparison) {
  std::string out = "axis,at,group,centre,quartile_1,quartile_3,low,high\n";
  for (std::size_t axis = 0; axis < kCurveAxes; ++axis) {
    for (const GroupSummary& group : comparison.groups) {
      for (const CurveStep& step : group.curves[axis]) {
        const Spread& s = step.spread;
        out +=
            formatted("{},{},{}", kAxisKeys[axis], format_number(step.at), csv_field(group.label));
        for (const double each : {s.centre, s.quartile_1, s.quartile_3, s.low, s.high}) {
          out += "," + format_number(each);
        }
        out += "\n";
      }
    }
  }
  return out;
}

}  // namespace luthier
