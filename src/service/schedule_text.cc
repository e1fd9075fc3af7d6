#include "service/schedule_text.h"

#include <algorithm>
#include <vector>

#include "base/csv_field.h"

namespace luthier {
namespace {

// In the order in which they first appear.
std::vector<std::string> parameters_of(std::span<const ScheduleStep> steps) {
  std::vector<std::string> names;
  for (const ScheduleStep& step : steps) {
    for (const auto& [name, value] : step.config) {
      if (std::ranges::find(names, name) == names.end()) {
        names.push_back(name);
      }
    }
  }
  return names;
}

}  // namespace

std::string schedule_policy(std::span<const ScheduleStep> steps) {
  std::string out;
  for (const ScheduleStep& step : steps) {
    out += to_json(step) + "\n";
  }
  return out;
}

std::string schedule_csv(std::span<const ScheduleStep> steps) {
  const auto names = parameters_of(steps);
  std::string out = "iteration";
  for (const std::string& name : names) {
    out += "," + csv_field(name);
  }
  for (const ScheduleStep& step : steps) {
    out += "\r\n" + std::to_string(step.iteration);
    for (const std::string& name : names) {
      const Value* value = step.config.find(name);
      out += ",";
      out += value == nullptr || value->is_null() ? "" : csv_field(to_text(*value));
    }
  }
  return out + "\r\n";
}

}  // namespace luthier
