#include "core/state/metric_readings.h"

#include "base/format.h"
#include "core/expression/expression.h"

namespace luthier {
namespace {

constexpr std::string_view kIteration = "training_iteration";

std::vector<std::string> metrics_in(const StopRule& rule) {
  if (rule.kind != StopRule::Kind::condition) {
    return {rule.metric};
  }
  const auto condition = parse_expression(rule.text);
  return condition ? condition->names() : std::vector<std::string>();
}

std::vector<std::string> metrics_in(const Requirement& requirement, const Space& space) {
  const auto condition = parse_expression(requirement.text);
  std::vector<std::string> names = condition ? condition->names() : std::vector<std::string>();
  for (const Parameter& parameter : space.parameters()) {
    std::erase(names, parameter.name);
  }
  return names;
}

// The scheduler's own option goes first; schedulers without one leave time_attr to nobody.
MetricReading time_reading(const ExperimentSpec& spec) {
  const Value* option = spec.scheduler.options.find("time_attr");
  if (option != nullptr && option->text() != nullptr && *option->text() != kIteration) {
    return {*option->text(), formatted("scheduler '{}' (time_attr)", spec.scheduler.name)};
  }
  return {spec.time_attr, "the option time_attr"};
}

}  // namespace

std::vector<MetricReading> metric_readings(const ExperimentSpec& spec) {
  std::vector<MetricReading> readings;
  const auto add = [&](const std::string& metric, const std::string& reader) {
    if (!metric.empty() && metric != kIteration) {
      readings.push_back({metric, reader});
    }
  };
  for (const StopRule& rule : spec.stop) {
    for (const auto& metric : metrics_in(rule)) {
      add(metric, formatted("the stop rule '{}'", rule.text));
    }
  }
  for (const Requirement& requirement : spec.require) {
    for (const auto& metric : metrics_in(requirement, spec.space)) {
      add(metric, formatted("the requirement '{}'", requirement.text));
    }
  }
  const MetricReading time = time_reading(spec);
  add(time.metric, time.reader);
  return readings;
}

}  // namespace luthier
