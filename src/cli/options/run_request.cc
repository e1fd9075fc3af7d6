#include "cli/options/run_request.h"

#include <algorithm>

#include "base/text.h"
#include "cli/options/known_results.h"
#include "cli/options/run_checks.h"
#include "cli/options/run_options.h"
#include "core/expression/stop_rule_check.h"

namespace luthier::cli {
namespace {

// The objectives are one choice: naming one replaces all of the file's.
std::string_view overridden_by(std::string_view name) {
  return name == "max" ? "min" : name;
}

std::vector<Setting> merged(const Arguments& arguments, const std::optional<ExperimentFile>& file) {
  std::vector<Setting> settings;
  for (const auto& [option, value] : arguments.given()) {
    settings.push_back({std::string(option->name), value, "--" + std::string(option->name)});
  }
  std::vector<Setting> all;
  if (file) {
    std::ranges::copy_if(file->settings, std::back_inserter(all), [&](const Setting& setting) {
      const bool adds = setting.name == "tag" || setting.name == "resource" ||
                        setting.name == "constraint" || setting.name == "plugin";
      return adds || std::ranges::none_of(settings, [&](const Setting& given) {
               return overridden_by(given.name) == overridden_by(setting.name);
             });
    });
  }
  all.insert(all.end(), settings.begin(), settings.end());
  return all;
}

// The file's space without the parameters that options give anew.
Space remaining_space(const Arguments& arguments, const Space& from) {
  std::vector<std::string> given;
  for (const auto& text : arguments.all("param")) {
    given.emplace_back(trim(text.substr(0, text.find('='))));
  }
  Space space;
  for (const Parameter& parameter : from.parameters()) {
    if (std::ranges::find(given, parameter.name) == given.end()) {
      space.add(parameter.name, parameter.domain).when(parameter.condition);
    }
  }
  for (const auto& constraint : from.constraints()) {
    space.constrain(constraint);
  }
  return space;
}

void read_stop_rules(RunRequest& request, std::vector<std::string>& problems) {
  const auto known = metrics_of(request.spec);
  for (const Setting& setting : request.stop_rules) {
    auto rule = parse_stop_rule(setting.value, known);
    if (rule) {
      if (std::string problem = stop_rule_problem(*rule); !problem.empty()) {
        problems.push_back(setting.place + ": " + problem);
      }
      request.spec.stop.push_back(std::move(*rule));
    } else {
      problems.push_back(setting.place + ": " + rule.error().message);
    }
  }
}

}  // namespace

Result<RunRequest> make_run_request(const Arguments& arguments,
                                    const std::optional<ExperimentFile>& file,
                                    Purpose purpose) {
  RunRequest request;
  request.verb = arguments.command().name;
  request.typed = arguments.typed();
  request.spec.executor = "process";
  if (file) {
    request.spec.space = remaining_space(arguments, file->space);
    request.spec.command = file->command;
  }
  if (!arguments.program().empty()) {
    request.spec.command = arguments.program();
  }
  std::vector<std::string> problems;
  bool chose_loggers = false;
  for (const Setting& setting : merged(arguments, file)) {
    chose_loggers |= setting.name == "log";
    request.budget_given |= setting.name == "samples" || setting.name == "time";
    if (const auto applied = apply(request, setting); !applied) {
      problems.push_back(applied.error().message);
    }
  }
  add_known_results(request, problems);
  read_stop_rules(request, problems);
  check_whole(request, purpose, problems);
  if (!problems.empty()) {
    return Error{ErrorCode::invalid_argument, join(problems, "\n")};
  }
  if (!chose_loggers) {
    request.spec.loggers = {"console"};
    if (!request.session.options.session.memory_store) {
      request.spec.loggers.insert(request.spec.loggers.end(), {"csv", "json", "tensorboard"});
    }
  }
  return request;
}

}  // namespace luthier::cli
