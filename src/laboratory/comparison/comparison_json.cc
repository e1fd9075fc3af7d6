#include "laboratory/comparison/comparison_json.h"

#include "base/format.h"
#include "base/text.h"
#include "laboratory/comparison/figures.h"

namespace luthier {
namespace {

constexpr std::array<std::string_view, kCurveAxes> kAxisKeys = {"trials", "time_s", "resource"};

std::string number(double value) {
  return to_json(Value(value));
}

// "[a, b]" of `each` applied to all.
template <class Range, class Each>
std::string list(const Range& range, const Each& each) {
  std::string out;
  for (const auto& item : range) {
    out += (out.empty() ? "" : ", ") + each(item);
  }
  return "[" + out + "]";
}

std::string object(const Spread& spread) {
  return "{\"centre\": " + number(spread.centre) +
         ", \"quartile_1\": " + number(spread.quartile_1) +
         ", \"quartile_3\": " + number(spread.quartile_3) + ", \"low\": " + number(spread.low) +
         ", \"high\": " + number(spread.high) + "}";
}

std::string optional_object(const std::optional<Spread>& spread) {
  return spread ? object(*spread) : "null";
}

std::string optional_number(const std::optional<double>& value) {
  return value ? number(*value) : "null";
}

std::string object(const CurveStep& step) {
  const Spread& s = step.spread;
  return "[" + number(step.at) + ", " + number(s.centre) + ", " + number(s.quartile_1) + ", " +
         number(s.quartile_3) + ", " + number(s.low) + ", " + number(s.high) + "]";
}

std::string object(const ComparisonReport& comparison, const GroupSummary& group) {
  std::string curves;
  for (std::size_t axis = 0; axis < kCurveAxes; ++axis) {
    curves += (axis == 0 ? "\"" : ", \"") + std::string(kAxisKeys[axis]) +
              "\": " + list(group.curves[axis], [](const CurveStep& step) { return object(step); });
  }
  const auto name_of = [&](std::size_t member) {
    return json_string(comparison.experiments[member].name);
  };
  const bool measured = !group.finals.empty();
  return "{\"group\": " + json_string(group.label) +
         ", \"experiments\": " + list(group.members, name_of) +
         ", \"final\": " + (measured ? object(group.final) : "null") +
         ", \"finals\": " + list(group.finals, number) +
         ", \"mean_rank\": " + optional_number(group.mean_rank) +
         ", \"trials\": " + number(group.trials) + ", \"time_s\": " + number(group.time_s) +
         ", \"resource\": " + number(group.resource) + ", \"curves\": {" + curves + "}}";
}

std::string object(const TaskSummary& task) {
  return "{\"task\": " + json_string(task.label) +
         ", \"optimum\": " + optional_number(task.optimum) +
         ", \"groups\": " + list(task.groups, optional_object) + "}";
}

std::string object(const ComparisonReport& comparison, const PairSummary& pair) {
  const auto label = [&](std::size_t group) { return json_string(comparison.groups[group].label); };
  return "{\"first\": " + label(pair.first) + ", \"second\": " + label(pair.second) +
         ", \"pairs\": " + std::to_string(pair.pairs) + ", \"wins\": " + std::to_string(pair.wins) +
         ", \"ties\": " + std::to_string(pair.ties) +
         ", \"losses\": " + std::to_string(pair.losses) +
         ", \"effect\": " + optional_object(pair.effect) + ", \"p\": " + number(pair.p) +
         ", \"corrected_p\": " + number(pair.corrected_p) +
         ", \"exact\": " + (pair.exact ? "true" : "false") +
         ", \"better\": " + (pair.better ? label(*pair.better) : "null") + "}";
}

// As RFC 4180 quotes it.
std::string csv_field(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) {
    return std::string(text);
  }
  std::string out = "\"";
  for (const char c : text) {
    out += c == '"' ? "\"\"" : std::string(1, c);
  }
  return out + "\"";
}

}  // namespace

std::string to_json(const ComparisonReport& comparison) {
  const auto text = [](const std::string& sentence) { return json_string(sentence); };
  return "{\"schema\": 1, \"metric\": " + json_string(comparison.objective.metric) +
         ", \"mode\": " + (comparison.objective.mode == Mode::min ? "\"min\"" : "\"max\"") +
         ", \"measure\": " + json_string(to_text(comparison.measure)) +
         ", \"centre\": " + json_string(centre_name(comparison)) +
         ", \"blocks\": " + std::to_string(comparison.blocks) + ", \"groups\": " +
         list(comparison.groups,
              [&](const GroupSummary& group) { return object(comparison, group); }) +
         ", \"tasks\": " +
         list(comparison.tasks, [](const TaskSummary& task) { return object(task); }) +
         ", \"pairs\": " +
         list(comparison.pairs, [&](const PairSummary& pair) { return object(comparison, pair); }) +
         ", \"warnings\": " + list(comparison.warnings, text) +
         ", \"notes\": " + list(comparison.notes, text) + "}\n";
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
