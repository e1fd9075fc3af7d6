// The options about how trials run, and who is told: the executor and its own options, loggers,
// notifications.
#include <algorithm>
#include <filesystem>

#include "base/format.h"
#include "base/unknown_option.h"
#include "cli/options/option_setters.h"
#include "executors/ray/ray.h"
#include "tuner/notifications/notification_command.h"
#include "tuner/program_options.h"
#include "tuner/python_function.h"

namespace luthier::cli::settings {
namespace {

Error wrong_value(const Setting& setting, const Error& error) {
  return {error.code, formatted("{} is '{}'; it {}", setting.place, setting.value, error.message)};
}

// An option of the executor about how programs run and are heard.
Result<> set_for_program(ExperimentRequest& request,
                         const Setting& setting,
                         const std::string& name,
                         const std::string& value) {
  ProcessOptions ignored;
  if (const auto checked = set_program_option(ignored, name, value); !checked) {
    return wrong_value(setting, checked.error());
  }
  set_pair(request.spec.executor_options, name, value);
  return {};
}

// KEY=VALUE after the executor's name.
Result<> check_executor_option(const Setting& setting,
                               const std::string& executor,
                               const std::string& key,
                               const std::string& value) {
  RayOptions ray;
  const auto of_programs = set_program_option(ray.process, key, value);
  if (!of_programs) {
    return placed(setting,
                  {of_programs.error().code,
                   formatted("option {} is '{}'; it {}", key, value, of_programs.error().message)});
  }
  if (*of_programs) {
    return {};
  }
  if (executor == "python") {
    std::string problem = python_option_problem(key, value);
    return problem.empty() ? Result<>()
                           : placed(setting, {ErrorCode::invalid_argument, std::move(problem)});
  }
  if (executor == "ray") {
    const auto own = set_ray_option(ray, key, value);
    return own ? own : placed(setting, own.error());
  }
  return placed(setting,
                {ErrorCode::invalid_argument,
                 unknown_option("executor 'process'", key, program_option_names())});
}

}  // namespace

Result<> executor(ExperimentRequest& request, const Setting& setting) {
  const auto spec = parse_plugin_spec(setting.value);
  if (!spec) {
    return placed(setting, spec.error());
  }
  if (spec->name == "in_process") {
    return placed(setting,
                  {ErrorCode::invalid_argument,
                   "in_process runs functions of a C++ program, and the command line has none; "
                   "give a program after '--' with executor process, or call luthier::Tuner from "
                   "C++"});
  }
  if (spec->name == "workers") {
    return placed(setting,
                  {ErrorCode::invalid_argument,
                   "workers run functions of a Python program, and the command line has none; "
                   "name one with --python MODULE:NAME, or use luthier.Tuner in Python"});
  }
  const auto known = split(setting.option->words, ' ');
  if (std::ranges::find(known, spec->name) == known.end()) {
    return placed(setting,
                  {ErrorCode::invalid_argument, unknown_name("executor", spec->name, known)});
  }
  request.spec.executor = spec->name;
  for (const auto& [key, value] : spec->options) {
    const std::string text = to_text(value);
    if (const auto checked = check_executor_option(setting, spec->name, key, text); !checked) {
      return checked;
    }
    set_pair(request.spec.executor_options, key, text);
  }
  return {};
}

Result<> python(ExperimentRequest& request, const Setting& setting) {
  const auto colon = setting.value.find(':');
  if (colon == std::string::npos || colon == 0 || colon + 1 == setting.value.size()) {
    return wrong(setting,
                 "of the form MODULE:NAME, such as train:train for a function of train.py");
  }
  set_pair(request.spec.executor_options, "python", setting.value);
  if (request.spec.executor == "process") {
    request.spec.executor = "python";
  }
  return {};
}

Result<> trainable(ExperimentRequest& request, const Setting& setting) {
  std::error_code error;
  const auto path = std::filesystem::canonical(setting.value, error);
  if (error) {
    return wrong(setting, formatted("a library that is there ({})", error.message()));
  }
  set_pair(request.spec.executor_options, "library", path.string());
  return {};
}

Result<> for_program(ExperimentRequest& request, const Setting& setting) {
  std::string name(setting.option->name);
  std::ranges::replace(name, '-', '_');
  return set_for_program(
      request, setting, name, setting.option->takes_value() ? setting.value : "true");
}

Result<> metric_file(ExperimentRequest& request, const Setting& setting) {
  auto& options = request.spec.executor_options;
  const auto before = std::ranges::find(options, "metric_file", &Pairs::value_type::first);
  if (const auto checked = check_metric_file(setting.value); !checked) {
    return wrong_value(setting, checked.error());
  }
  const std::string all =
      before == options.end() ? setting.value : before->second + '\n' + setting.value;
  return set_for_program(request, setting, "metric_file", all);
}

Result<> time_attr(ExperimentRequest& request, const Setting& setting) {
  if (trim(setting.value).empty()) {
    return wrong(setting, "the name of a metric");
  }
  request.spec.time_attr = trim(setting.value);
  return {};
}

Result<> loggers(ExperimentRequest& request, const Setting& setting) {
  request.spec.loggers.clear();
  for (const auto& name : split(setting.value, ',')) {
    const std::string word(trim(name));
    if (word == "none" || word.empty()) {
      continue;
    }
    if (std::ranges::find(request.spec.loggers, word) == request.spec.loggers.end()) {
      request.spec.loggers.push_back(word);
    }
  }
  return {};
}

Result<> notify(ExperimentRequest& request, const Setting& setting) {
  if (const auto command = parse_notification_command(setting.value, {}); !command) {
    return placed(setting, command.error());
  }
  request.options.session.notify.command = setting.value;
  return {};
}

Result<> notify_on(ExperimentRequest& request, const Setting& setting) {
  std::vector<std::string> names;
  for (const auto& name : split(setting.value, ',')) {
    names.emplace_back(trim(name));
  }
  if (const auto kinds = parse_notification_kinds(names); !kinds) {
    return placed(setting, kinds.error());
  }
  request.options.session.notify.on = std::move(names);
  return {};
}

Result<> notify_low_disk(ExperimentRequest& request, const Setting& setting) {
  const auto bytes = parse_bytes(setting.value);
  if (!bytes) {
    return wrong(setting, "bytes, such as 500MB or 2GiB");
  }
  request.options.session.notify.low_disk_bytes = *bytes;
  return {};
}

}  // namespace luthier::cli::settings
