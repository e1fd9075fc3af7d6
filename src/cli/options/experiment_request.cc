#include "cli/options/experiment_request.h"

#include <unistd.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/format.h"
#include "base/text.h"
#include "cli/options/experiment_file.h"
#include "cli/options/known_results.h"
#include "cli/options/run_checks.h"
#include "core/expression/requirement.h"
#include "core/expression/stop_rule_check.h"

namespace luthier::cli {
namespace {

// The objectives are one choice: naming one replaces all of the file's.
std::string_view overridden_by(std::string_view name) {
  return name == "max" ? "min" : name;
}

// The file's settings that no option replaces, then the options.
std::vector<Setting> merged(const Arguments& arguments, const std::optional<ExperimentFile>& file) {
  std::vector<Setting> typed = settings_of(arguments);
  std::erase_if(typed, [](const Setting& setting) { return !setting.option->stands(in::run); });
  if (!file) {
    return typed;
  }
  std::vector<Setting> all;
  std::ranges::copy_if(file->settings, std::back_inserter(all), [&](const Setting& setting) {
    return setting.option->adds || std::ranges::none_of(typed, [&](const Setting& given) {
             return overridden_by(given.option->name) == overridden_by(setting.option->name);
           });
  });
  std::ranges::move(typed, std::back_inserter(all));
  return all;
}

// The file's space without the parameters that options give anew.
Space remaining_space(const Arguments& arguments, Space from) {
  std::set<std::string, std::less<>> given;
  for (const auto& text : arguments.all("param")) {
    given.emplace(trim(std::string_view(text).substr(0, text.find('='))));
  }
  if (given.empty()) {
    return from;
  }
  Space space;
  for (const Parameter& parameter : from.parameters()) {
    if (!given.contains(parameter.name)) {
      auto added = space.add(parameter.name, parameter.domain);
      if (!parameter.condition.empty()) {
        added.when(parameter.condition);
      }
    }
  }
  for (const auto& constraint : from.constraints()) {
    space.constrain(constraint);
  }
  return space;
}

void read_stop_rules(ExperimentRequest& request, std::vector<std::string>& problems) {
  const auto known = metrics_of(request.spec);
  for (const Setting& setting : request.stop_rules) {
    auto rule = parse_stop_rule(setting.value, known);
    if (rule) {
      if (const std::string problem = stop_rule_problem(*rule); !problem.empty()) {
        problems.push_back(formatted("{}: {}", setting.place, problem));
      }
      request.spec.stop.push_back(std::move(*rule));
    } else {
      problems.push_back(formatted("{}: {}", setting.place, rule.error().message));
    }
  }
}

std::vector<std::string> default_loggers(bool memory_store) {
  return memory_store ? std::vector<std::string>{"console"}
                      : std::vector<std::string>{"console", "csv", "json", "tensorboard"};
}

// What says how to notify, and nothing does.
void check_notify(const ExperimentRequest& request,
                  const std::vector<Setting>& settings,
                  std::vector<std::string>& problems) {
  const auto stray = std::ranges::find_if(
      settings, [](const Setting& setting) { return setting.option->name.starts_with("notify"); });
  if (problems.empty() && stray != settings.end() &&
      request.options.session.notify.command.empty()) {
    problems.push_back(stray->place + " goes with --notify COMMAND; add it, or drop this");
  }
}

}  // namespace

void read_requirements(ExperimentRequest& request,
                       std::span<const std::string> known,
                       std::vector<std::string>& problems) {
  for (const Setting& setting : request.requirements) {
    if (auto requirement = parse_requirement(setting.value, known)) {
      request.spec.require.push_back(*std::move(requirement));
    } else {
      problems.push_back(formatted("{}: {}", setting.place, requirement.error().message));
    }
  }
}

std::vector<Setting> settings_of(const Arguments& arguments) {
  std::vector<Setting> settings;
  for (const auto& [option, value] : arguments.given()) {
    settings.push_back({option, value, "--" + std::string(option->name)});
  }
  return settings;
}

ExperimentRequest begin_request(const Arguments& arguments) {
  ExperimentRequest request;
  request.verb = arguments.command().name;
  request.typed = arguments.typed();
  request.spec.executor = "process";
  request.options.session.handle_signals = true;
  return request;
}

void apply(ExperimentRequest& request,
           const std::vector<Setting>& settings,
           std::vector<std::string>& problems) {
  for (const Setting& setting : settings) {
    if (setting.option->set == nullptr) {
      continue;  // the command itself asks for it
    }
    if (const auto set = setting.option->set(request, setting); !set) {
      problems.push_back(set.error().message);
    }
    if (setting.option->again) {
      request.again.push_back(setting);
    }
  }
  check_notify(request, settings, problems);
  request.options.console = console_options(STDERR_FILENO, request.plain, request.verbosity);
}

Result<ExperimentRequest> make_run_request(const Arguments& arguments,
                                           std::optional<ExperimentFile> file,
                                           Purpose purpose) {
  ExperimentRequest request = begin_request(arguments);
  if (file) {
    request.spec.space = remaining_space(arguments, std::move(file->space));
    request.spec.command = file->command;
  }
  if (!arguments.program().empty()) {
    request.spec.command = arguments.program();
  }
  const auto settings = merged(arguments, file);
  const auto given = [&](std::string_view name) {
    return std::ranges::any_of(
        settings, [&](const Setting& setting) { return setting.option->name == name; });
  };
  request.budget_given = given("samples") || given("time");
  std::vector<std::string> problems;
  apply(request, settings, problems);
  if (!given("log")) {
    request.spec.loggers = default_loggers(request.options.session.memory_store);
  }
  const auto space = compile_shared(request.spec.space);
  request.space = space ? *space : nullptr;
  add_known_results(request, problems);
  add_related_results(request, request.spec.objectives, problems);
  read_stop_rules(request, problems);
  read_requirements(request, named_in(request.spec), problems);
  check_whole(request, purpose, problems);
  if (problems.empty() && !space) {
    problems.push_back(space.error().message);
  }
  if (!problems.empty()) {
    return Error{ErrorCode::invalid_argument, join(problems, "\n")};
  }
  return request;
}

Result<ExperimentRequest> read_run_request(const Arguments& arguments, Purpose purpose) {
  std::optional<ExperimentFile> file;
  if (const auto path = arguments.operand(0)) {
    auto read = read_experiment_file(*path);
    if (!read) {
      return read.error();
    }
    file = std::move(*read);
  }
  return make_run_request(arguments, std::move(file), purpose);
}

Result<ExperimentRequest> read_resume_request(const Arguments& arguments) {
  ExperimentRequest request = begin_request(arguments);
  std::vector<std::string> problems;
  apply(request, settings_of(arguments), problems);
  if (!problems.empty()) {
    return Error{ErrorCode::invalid_argument, join(problems, "\n")};
  }
  return request;
}

}  // namespace luthier::cli
