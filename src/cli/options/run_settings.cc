#include "cli/options/run_settings.h"

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "base/unknown_option.h"
#include "cli/options/points_file.h"
#include "executors/ray/ray.h"
#include "tuner/assembly.h"
#include "tuner/program_options.h"

namespace luthier::cli::settings {
namespace {

// "key=value"; nothing when there is no key.
std::optional<std::pair<std::string, std::string>> key_value(const std::string& text) {
  const auto equals = text.find('=');
  if (equals == std::string::npos || equals == 0) {
    return std::nullopt;
  }
  return std::pair(text.substr(0, equals), text.substr(equals + 1));
}

using Pairs = std::vector<std::pair<std::string, std::string>>;

void set(Pairs& pairs, std::string key, std::string value) {
  const auto found = std::ranges::find(pairs, key, &Pairs::value_type::first);
  if (found == pairs.end()) {
    pairs.emplace_back(std::move(key), std::move(value));
  } else {
    found->second = std::move(value);
  }
}

Error wrong_value(const Setting& setting, const Error& error) {
  return {error.code, setting.place + " is '" + setting.value + "'; it " + error.message};
}

// An option of the executor about how programs run and are heard.
Result<> set_for_program(RunRequest& request,
                         const Setting& setting,
                         const std::string& name,
                         const std::string& value) {
  ProcessOptions ignored;
  if (const auto checked = set_program_option(ignored, name, value); !checked) {
    return wrong_value(setting, checked.error());
  }
  set(request.spec.executor_options, name, value);
  return {};
}

}  // namespace

Error wrong(const Setting& setting, std::string_view wanted) {
  return {ErrorCode::invalid_argument,
          setting.place + " is '" + setting.value + "'; it must be " + std::string(wanted)};
}

Error placed(const Setting& setting, const Error& error) {
  return {error.code, setting.place + ": " + error.message};
}

Result<> set_resource(RunRequest& request, const Setting& setting, const char* name) {
  const auto number = parse_number(setting.value);
  if (trim(setting.value).empty() || (number && !(*number >= 0 && std::isfinite(*number)))) {
    return wrong(setting, "a number of at least 0 or expr(...)");
  }
  set(request.spec.resources, name, setting.value);
  return {};
}

Result<> name(RunRequest& request, const Setting& setting) {
  if (std::string problem = name_problem(setting.value); !problem.empty()) {
    return placed(setting, {ErrorCode::invalid_argument, std::move(problem)});
  }
  request.spec.name = setting.value;
  request.name_given = true;
  return {};
}

Result<> store(RunRequest& request, const Setting& setting) {
  if (setting.value != "file" && setting.value != "memory") {
    return wrong(setting, "file or memory");
  }
  request.session.options.session.memory_store = setting.value == "memory";
  return {};
}

Result<> seed(RunRequest& request, const Setting& setting) {
  const auto number = parse_count(setting.place, setting.value, 0);
  if (!number) {
    return number.error();
  }
  request.spec.seed = static_cast<std::uint64_t>(*number);
  return {};
}

Result<> tag(RunRequest& request, const Setting& setting) {
  auto pair = key_value(setting.value);
  if (!pair) {
    return wrong(setting, "of the form KEY=VALUE");
  }
  set(request.spec.tags, std::move(pair->first), std::move(pair->second));
  return {};
}

Result<> resource(RunRequest& request, const Setting& setting) {
  auto pair = key_value(setting.value);
  if (!pair || pair->second.empty()) {
    return wrong(setting, "of the form NAME=AMOUNT");
  }
  set(request.spec.resources, std::move(pair->first), std::move(pair->second));
  return {};
}

Result<> memory(RunRequest& request, const Setting& setting) {
  const bool formula = setting.value.starts_with("expr(");
  const auto bytes = parse_bytes(setting.value);
  if (!formula && !bytes) {
    return wrong(setting, "bytes, such as 500MB or 2GiB, or expr(...)");
  }
  set(request.spec.resources, "memory", formula ? setting.value : std::to_string(*bytes));
  return {};
}

Result<> parameter(RunRequest& request, const Setting& setting) {
  Space added;
  if (const auto read = added.add_text(setting.value); !read) {
    return placed(setting, read.error());
  }
  const auto& all = request.spec.space.parameters();
  const std::string& name = added.parameters().front().name;
  if (std::ranges::find(all, name, &Parameter::name) != all.end()) {
    return Error{ErrorCode::invalid_argument,
                 setting.place + ": the parameter '" + name + "' is given twice; drop one"};
  }
  return request.spec.space.add_text(setting.value);
}

Result<> constraint(RunRequest& request, const Setting& setting) {
  request.spec.space.constrain(setting.value);
  return {};
}

Result<> points(RunRequest& request, const Setting& setting) {
  auto read = read_points(setting.value);
  if (!read) {
    return placed(setting, read.error());
  }
  auto& all = request.spec.points;
  all.insert(all.end(), read->begin(), read->end());
  return {};
}

// Read once the space, the objectives and the directory of results are all known.
Result<> known(RunRequest& request, const Setting& setting) {
  request.known.push_back(setting);
  return {};
}

Result<> stop(RunRequest& request, const Setting& setting) {
  request.stop_rules.push_back(setting);
  return {};
}

Result<> score(RunRequest& request, const Setting& setting) {
  auto rule = parse_score(setting.value);
  if (!rule) {
    return placed(setting, rule.error());
  }
  request.spec.score = *rule;
  return {};
}

Result<> checkpoint_at_end(RunRequest& request, const Setting& /*setting*/) {
  request.spec.checkpoint_at_end = true;
  return {};
}

Result<> keep_checkpoints(RunRequest& request, const Setting& setting) {
  const auto colon = setting.value.find(':');
  const std::string by = colon == std::string::npos ? "latest" : setting.value.substr(colon + 1);
  const auto number = parse_integer(std::string_view(setting.value).substr(0, colon));
  if (!number || *number < 0 || (by != "latest" && by != "best")) {
    return wrong(setting, "N, N:latest or N:best, where 0 keeps all");
  }
  request.spec.keep_checkpoints = *number;
  request.spec.keep_by = by == "best" ? KeepBy::best : KeepBy::latest;
  return {};
}

Result<> executor(RunRequest& request, const Setting& setting) {
  const auto spec = parse_plugin_spec(setting.value);
  if (!spec) {
    return placed(setting, spec.error());
  }
  if (spec->name == "in_process") {
    return Error{ErrorCode::invalid_argument,
                 setting.place +
                     ": in_process runs functions of a C++ program, and the command "
                     "line has none; give a program after '--' with executor process, "
                     "or call luthier::Tuner from C++"};
  }
  if (spec->name == "workers") {
    return Error{ErrorCode::invalid_argument,
                 setting.place +
                     ": workers run functions of a Python program, and the command line has none; "
                     "give a program after '--' with executor process, or use luthier.Tuner in "
                     "Python"};
  }
  const std::vector<std::string> known = {"process", "ray"};
  if (std::ranges::find(known, spec->name) == known.end()) {
    return Error{ErrorCode::invalid_argument,
                 setting.place + ": " + unknown_name("executor", spec->name, known)};
  }
  request.spec.executor = spec->name;
  for (const auto& [key, value] : spec->options) {
    const std::string text = to_text(value);
    RayOptions ray;
    const auto set_here = set_program_option(ray.process, key, text);
    if (!set_here) {
      return Error{
          set_here.error().code,
          setting.place + ": option " + key + " is '" + text + "'; it " + set_here.error().message};
    }
    if (!*set_here && spec->name == "ray") {
      if (const auto known_option = set_ray_option(ray, key, text); !known_option) {
        return placed(setting, known_option.error());
      }
    } else if (!*set_here) {
      return Error{
          ErrorCode::invalid_argument,
          setting.place + ": " + unknown_option("executor 'process'", key, program_option_names())};
    }
    set(request.spec.executor_options, key, text);
  }
  return {};
}

Result<> python(RunRequest& request, const Setting& setting) {
  const auto colon = setting.value.find(':');
  if (colon == std::string::npos || colon == 0 || colon + 1 == setting.value.size()) {
    return wrong(setting,
                 "of the form MODULE:NAME, such as train:train for a function of train.py");
  }
  set(request.spec.executor_options, "python", setting.value);
  return {};
}

Result<> trainable(RunRequest& request, const Setting& setting) {
  std::error_code error;
  const auto path = std::filesystem::canonical(setting.value, error);
  if (error) {
    return wrong(setting, "a library that is there (" + error.message() + ")");
  }
  set(request.spec.executor_options, "library", path.string());
  return {};
}

Result<> metric_regex(RunRequest& request, const Setting& setting) {
  return set_for_program(request, setting, "metric_regex", setting.value);
}

Result<> metric_file(RunRequest& request, const Setting& setting) {
  auto& options = request.spec.executor_options;
  const auto before = std::ranges::find(options, "metric_file", &Pairs::value_type::first);
  if (const auto checked = check_metric_file(setting.value); !checked) {
    return wrong_value(setting, checked.error());
  }
  const std::string all =
      before == options.end() ? setting.value : before->second + '\n' + setting.value;
  return set_for_program(request, setting, "metric_file", all);
}

Result<> time_attr(RunRequest& request, const Setting& setting) {
  if (trim(setting.value).empty()) {
    return wrong(setting, "the name of a metric");
  }
  request.spec.time_attr = trim(setting.value);
  return {};
}

Result<> ok_status(RunRequest& request, const Setting& setting) {
  return set_for_program(request, setting, "ok_status", setting.value);
}

Result<> tty(RunRequest& request, const Setting& setting) {
  return set_for_program(request, setting, "tty", "true");
}

Result<> cold(RunRequest& request, const Setting& setting) {
  return set_for_program(request, setting, "cold", "true");
}

Result<> loggers(RunRequest& request, const Setting& setting) {
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

}  // namespace luthier::cli::settings
