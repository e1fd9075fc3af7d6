#include "cli/options/option_setters.h"

#include <algorithm>
#include <cmath>

#include "base/failure.h"
#include "base/format.h"
#include "cli/options/points_file.h"
#include "tuner/assembly.h"
#include "tuner/needed_files.h"

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

// A number from `low` to `high`; nothing for another text.
std::optional<double> number_within(std::string_view text, double low, double high) {
  const auto number = parse_number(text);
  return number && *number >= low && *number <= high ? number : std::nullopt;
}

}  // namespace

void set_pair(Pairs& pairs, std::string key, std::string value) {
  const auto found = std::ranges::find(pairs, key, &Pairs::value_type::first);
  if (found == pairs.end()) {
    pairs.emplace_back(std::move(key), std::move(value));
  } else {
    found->second = std::move(value);
  }
}

Error wrong(const Setting& setting, std::string_view wanted) {
  return {ErrorCode::invalid_argument,
          formatted("{} is '{}'; it must be {}", setting.place, setting.value, wanted)};
}

Error placed(const Setting& setting, const Error& error) {
  return {error.code, formatted("{}: {}", setting.place, error.message)};
}

Result<bool> is_second_word(const Setting& setting) {
  const auto words = split(setting.option->words, ' ');
  if (setting.value != words[0] && setting.value != words[1]) {
    return wrong(setting, formatted("{} or {}", words[0], words[1]));
  }
  return setting.value == words[1];
}

Result<double> parse_amount(const Setting& setting, Zero zero) {
  const auto number = parse_number(setting.value);
  const bool refused = zero == Zero::refused && number == 0.0;
  if (!number || !std::isfinite(*number) || *number < 0 || refused) {
    return wrong(setting, zero == Zero::refused ? "a number above 0" : "a number of at least 0");
  }
  return *number;
}

Result<> add_objective(ExperimentRequest& request, const Setting& setting, Mode mode) {
  if (trim(setting.value).empty()) {
    return wrong(setting, "the name of a metric");
  }
  request.spec.objectives.push_back({std::string(trim(setting.value)), mode});
  return {};
}

Result<> claim(ExperimentRequest& request, const Setting& setting) {
  const auto number = parse_number(setting.value);
  if (trim(setting.value).empty() || (number && !(*number >= 0 && std::isfinite(*number)))) {
    return wrong(setting, "a number of at least 0 or expr(...)");
  }
  set_pair(request.spec.resources, std::string(setting.option->name), setting.value);
  return {};
}

Result<> name(ExperimentRequest& request, const Setting& setting) {
  if (std::string problem = name_problem(setting.value); !problem.empty()) {
    return placed(setting, {ErrorCode::invalid_argument, std::move(problem)});
  }
  request.spec.name = setting.value;
  request.name_given = true;
  return {};
}

Result<> results(ExperimentRequest& request, const Setting& setting) {
  if (setting.value.empty()) {
    return Error{ErrorCode::invalid_argument, setting.place + " is empty; name a directory"};
  }
  request.options.session.results = setting.value;
  return {};
}

Result<> tag(ExperimentRequest& request, const Setting& setting) {
  auto pair = key_value(setting.value);
  if (!pair) {
    return wrong(setting, "of the form KEY=VALUE");
  }
  set_pair(request.spec.tags, std::move(pair->first), std::move(pair->second));
  return {};
}

Result<> plugin_library(ExperimentRequest& request, const Setting& setting) {
  return request.plugins.load(setting.value);
}

Result<> more_time(ExperimentRequest& request, const Setting& setting) {
  const auto seconds = parse_duration(setting.place, setting.value);
  if (seconds && *seconds == 0) {
    return wrong(setting, "above 0");
  }
  return store(request.extension.more_time_s, seconds);
}

Result<> resource(ExperimentRequest& request, const Setting& setting) {
  auto pair = key_value(setting.value);
  if (!pair || pair->second.empty()) {
    return wrong(setting, "of the form NAME=AMOUNT");
  }
  set_pair(request.spec.resources, std::move(pair->first), std::move(pair->second));
  return {};
}

Result<> inventory(ExperimentRequest& request, const Setting& setting) {
  const auto pair = key_value(setting.value);
  const auto amount = pair ? parse_number(pair->second) : std::nullopt;
  if (!amount || !std::isfinite(*amount) || *amount < 0) {
    return wrong(setting, "of the form NAME=AMOUNT, such as tpu=4");
  }
  request.options.session.inventory.custom[pair->first] = *amount;
  return {};
}

Result<> memory(ExperimentRequest& request, const Setting& setting) {
  const bool formula = setting.value.starts_with("expr(");
  const auto bytes = parse_bytes(setting.value);
  if (!formula && !bytes) {
    return wrong(setting, "bytes, such as 500MB or 2GiB, or expr(...)");
  }
  set_pair(request.spec.resources, "memory", formula ? setting.value : std::to_string(*bytes));
  return {};
}

Result<> parameter(ExperimentRequest& request, const Setting& setting) {
  Space& space = request.spec.space;
  if (const auto added = space.add_text(setting.value); !added) {
    return placed(setting, added.error());
  }
  const std::string& name = space.parameters().back().name;
  if (!request.parameters.insert(name).second) {
    return failure(ErrorCode::invalid_argument,
                   "{}: the parameter '{}' is given twice; drop one",
                   setting.place,
                   name);
  }
  return {};
}

Result<> constraint(ExperimentRequest& request, const Setting& setting) {
  request.spec.space.constrain(setting.value);
  return {};
}

Result<> prior(ExperimentRequest& request, const Setting& setting) {
  auto read = parse_prior(setting.value);
  if (!read) {
    return placed(setting, read.error());
  }
  request.spec.prior.push_back(std::move(*read));
  return {};
}

Result<> points(ExperimentRequest& request, const Setting& setting) {
  auto read = read_points(setting.value);
  if (!read) {
    return placed(setting, read.error());
  }
  auto& all = request.spec.points;
  all.insert(all.end(), read->begin(), read->end());
  return {};
}

Result<> score(ExperimentRequest& request, const Setting& setting) {
  auto rule = parse_score(setting.value);
  if (!rule) {
    return placed(setting, rule.error());
  }
  request.spec.score = *rule;
  return {};
}

Result<> keep_checkpoints(ExperimentRequest& request, const Setting& setting) {
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

Result<> straggler(ExperimentRequest& request, const Setting& setting) {
  const std::string_view text = setting.value;
  const auto colon = text.find(':');
  const auto share = number_within(text.substr(0, colon), 0, 1);
  const auto slowdown = colon == std::string_view::npos
                            ? std::nullopt
                            : number_within(text.substr(colon + 1), 1, 1e6);
  if (!share || !slowdown) {
    return wrong(setting,
                 "SHARE:FACTOR with a share from 0 to 1 and a factor from 1 to 1e6, such as 0.1:5");
  }
  request.simulation.conditions.straggler_share = *share;
  request.simulation.conditions.straggler_slowdown = *slowdown;
  return {};
}

Result<> failure_rate(ExperimentRequest& request, const Setting& setting) {
  const auto rate = number_within(setting.value, 0, 1);
  if (!rate) {
    return wrong(setting, "a number from 0 to 1");
  }
  request.simulation.conditions.failure_rate = *rate;
  return {};
}

Result<> tolerance(ExperimentRequest& request, const Setting& setting) {
  const auto share = number_within(setting.value, 0, 1);
  if (!share || *share == 1) {
    return wrong(setting, "a number of at least 0 and below 1, such as 0.01 for one percent");
  }
  request.tolerance = *share;
  return {};
}

Result<> table_of_bundle(ExperimentRequest& request, const Setting& setting) {
  set_benchmark(request.spec, setting.value);
  return {};
}

}  // namespace luthier::cli::settings
