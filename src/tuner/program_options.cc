#include "tuner/program_options.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/failure.h"
#include "base/text.h"
#include "base/try.h"
#include "core/state/metric_readings.h"

namespace luthier {
namespace {

struct Row {
  const char* name;
  Result<> (*set)(ProcessOptions& options, const std::string& value);
};

Result<> set_regex(ProcessOptions& options, const std::string& value) {
  options.metric_regex = value;
  return {};
}

Result<> set_files(ProcessOptions& options, const std::string& value) {
  options.metric_files.clear();
  for (const auto& glob : split(value, '\n')) {
    LUTHIER_TRY(check_metric_file(glob));
    options.metric_files.push_back(glob);
  }
  return {};
}

Result<> set_templates(ProcessOptions& options, const std::string& value) {
  options.templates = value;
  return {};
}

Result<> set_statuses(ProcessOptions& options, const std::string& value) {
  options.ok_statuses.clear();
  for (const auto& word : split(value, ',')) {
    const auto status = parse_integer(trim(word));
    if (!status || *status < 0 || *status > 255) {
      return Error{ErrorCode::invalid_argument,
                   "must be exit statuses from 0 to 255, such as 10,20"};
    }
    options.ok_statuses.push_back(static_cast<int>(*status));
  }
  return {};
}

template <bool ProcessOptions::* member>
Result<> set_switch(ProcessOptions& options, const std::string& value) {
  if (value != "true" && value != "false") {
    return Error{ErrorCode::invalid_argument, "must be true or false"};
  }
  options.*member = value == "true";
  return {};
}

constexpr std::array kRows = {Row{"metric_regex", set_regex},
                              Row{"metric_file", set_files},
                              Row{"ok_status", set_statuses},
                              Row{"templates", set_templates},
                              Row{"tty", set_switch<&ProcessOptions::tty>},
                              Row{"cold", set_switch<&ProcessOptions::cold>}};

// Without the objectives.
std::vector<std::string> readings_of(const ExperimentSpec& spec) {
  std::vector<std::string> names;
  for (const MetricReading& reading : metric_readings(spec)) {
    const std::string& name = reading.metric;
    if (std::ranges::find(names, name) == names.end() &&
        std::ranges::find(spec.objectives, name, &Objective::metric) == spec.objectives.end()) {
      names.push_back(name);
    }
  }
  return names;
}

}  // namespace

const std::vector<std::string>& program_option_names() {
  static const std::vector<std::string> kNames = [] {
    std::vector<std::string> names;
    for (const Row& row : kRows) {
      names.emplace_back(row.name);
    }
    return names;
  }();
  return kNames;
}

Result<bool> set_program_option(ProcessOptions& options,
                                const std::string& name,
                                const std::string& value) {
  const auto* const row =
      std::ranges::find_if(kRows, [&](const Row& each) { return name == each.name; });
  if (row == kRows.end()) {
    return false;
  }
  const auto set = row->set(options, value);
  return set ? Result<bool>(true) : Result<bool>(set.error());
}

Result<ProcessOptions> process_options(const ExperimentSpec& spec) {
  ProcessOptions process{
      .command = spec.command,
      .readings = readings_of(spec),
      .grace = std::chrono::microseconds(static_cast<std::int64_t>(spec.grace_s * 1e6)),
      .working_directory = spec.working_directory};
  process.words = ParameterWords(spec.space.parameters());
  for (const Parameter& parameter : spec.space.parameters()) {
    process.parameters.push_back(parameter.name);
  }
  for (const Objective& objective : spec.objectives) {
    process.metrics.push_back(objective.metric);
  }
  for (const auto& [name, value] : spec.executor_options) {
    if (const auto set = set_program_option(process, name, value); !set) {
      return failure(set.error().code,
                     "option {} of the executor is '{}'; it {}",
                     name,
                     value,
                     set.error().message);
    }
  }
  return process;
}

Result<> record_templates(ExperimentSpec& spec) {
  LUTHIER_TAKE(const auto process, process_options(spec));
  LUTHIER_TAKE(const auto digests, template_digests(process));
  const bool recorded = std::ranges::any_of(
      spec.executor_options, [](const auto& option) { return option.first == "templates"; });
  if (!digests.empty() && !recorded) {
    spec.executor_options.emplace_back("templates", digests);
  }
  return {};
}

}  // namespace luthier
