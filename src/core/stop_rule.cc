// Conditions over the metrics of a result, and plateaus.
#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "core/expression.h"
#include "luthier/experiment_spec.h"

namespace luthier {
namespace {

constexpr std::int64_t kDefaultWindow = 10;

Result<StopRule> condition(std::string_view text) {
  const auto expression = parse_expression(text);
  if (!expression) {
    return Error{ErrorCode::invalid_argument,
                 "the stop rule can't be read: " + expression.error().message +
                     " (a rule is a condition such as \"loss < 0.1\", or "
                     "plateau:metric=loss,window=4,tolerance=0.01)"};
  }
  if (expression->names().empty()) {
    return Error{ErrorCode::invalid_argument,
                 "the stop rule '" + expression->to_text() +
                     "' names no metric; write a condition such as \"loss < 0.1\""};
  }
  return StopRule{.kind = StopRule::Kind::condition, .text = expression->to_text()};
}

// What an option must be where it is wrong; else the option goes into the rule.
std::string_view set_option(StopRule& rule, const std::string& key, const Value& value) {
  const auto number = value.boolean() ? std::nullopt : value.number();
  if (key == "metric") {
    rule.metric = value.text() ? *value.text() : "";
    return rule.metric.empty() ? "the name of a metric" : "";
  }
  if (key == "window") {
    rule.window = number ? value.integer().value_or(0) : 0;
    return rule.window < 1 ? "an integer of at least 1" : "";
  }
  rule.tolerance = number.value_or(-1);
  return rule.tolerance >= 0 && std::isfinite(rule.tolerance) ? "" : "a number of at least 0";
}

Result<StopRule> plateau(StopRule::Kind kind, std::string_view text) {
  const auto spec = parse_plugin_spec(text);
  if (!spec) {
    return spec.error();
  }
  StopRule rule{.kind = kind, .text = to_text(*spec), .window = kDefaultWindow};
  const std::string what = "the stop rule '" + spec->name + "'";
  const std::vector<std::string> known = {"metric", "window", "tolerance"};
  std::vector<std::string> problems;
  for (const auto& [key, value] : spec->options) {
    if (std::ranges::find(known, key) == known.end()) {
      problems.push_back(unknown_name("option of " + what, key, known));
    } else if (const auto wanted = set_option(rule, key, value); !wanted.empty()) {
      problems.push_back("option " + key + " of " + what + " is " + to_json(value) +
                         "; it must be " + std::string(wanted));
    }
  }
  if (!spec->options.contains("metric")) {
    problems.push_back(what + " has no metric; write " + spec->name + ":metric=NAME");
  }
  if (!problems.empty()) {
    return Error{ErrorCode::invalid_argument, join(problems, "\n")};
  }
  return rule;
}

}  // namespace

Result<StopRule> parse_stop_rule(std::string_view text) {
  const std::string_view word = trim(text.substr(0, text.find(':')));
  const bool options = text.find(':') != std::string_view::npos;
  if (options && word == "plateau") {
    return plateau(StopRule::Kind::plateau, text);
  }
  if (options && word == "experiment_plateau") {
    return plateau(StopRule::Kind::experiment_plateau, text);
  }
  return condition(text);
}

}  // namespace luthier
