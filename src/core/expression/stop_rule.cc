// Conditions over the metrics of a result, and plateaus.
#include <algorithm>
#include <cmath>

#include "base/failure.h"
#include "base/format.h"
#include "base/text.h"
#include "base/try.h"
#include "base/unknown_option.h"
#include "core/expression/expression.h"
#include "luthier/experiment_spec.h"

namespace luthier {
namespace {

constexpr std::int64_t kDefaultWindow = 10;

// The rule with `name`, as it stands in the text, written in another way.
std::string rewritten(std::string_view text, std::string_view name, const std::string& as) {
  const auto at = static_cast<std::size_t>(name.data() - text.data());
  std::string out(text);
  return out.replace(at, name.size(), as);
}

// "val/loss" with blanks where it is to be calculated.
std::string spaced(std::string_view joined) {
  std::string out;
  for (const char c : joined) {
    const bool sign = c == '-' || c == '/';
    out += sign ? formatted(" {} ", c) : std::string(1, c);
  }
  return out;
}

// A name with a bracket, such as "metrics/mAP50(B)": up to the next blank or comparison.
std::string_view bracketed_name(std::string_view text) {
  const auto open = text.find('(');
  if (open == std::string_view::npos || open == 0) {
    return {};
  }
  constexpr std::string_view kEnds = " \t<>=!,";
  const auto before = text.find_last_of(kEnds, open);
  const auto start = before == std::string_view::npos ? 0 : before + 1;
  const auto end = std::min(text.find_first_of(kEnds, open), text.size());
  const std::string_view name = text.substr(start, end - start);
  return start < open && name.ends_with(')') ? name : std::string_view();
}

Error unreadable(std::string_view text, const Error& error) {
  const std::string_view name = bracketed_name(text);
  const std::string remedy =
      name.empty() ? " (a rule is a condition such as \"loss < 0.1\", or "
                     "plateau:metric=loss,window=4,tolerance=0.01; put a metric's name in "
                     "backquotes if it has characters other than letters, digits, '_' and '.')"
                   : formatted("; if {} is a metric, write '{}'",
                               name,
                               rewritten(text, name, expression_name(name)));
  return {ErrorCode::invalid_argument,
          formatted("the stop rule can't be read: {}{}", error.message, remedy)};
}

Error doubtful(std::string_view text, std::string_view joined) {
  return {ErrorCode::invalid_argument,
          formatted("the stop rule '{}' can be read in two ways; write '{}' for a metric of that "
                    "name, '{}' for the calculation",
                    text,
                    rewritten(text, joined, expression_name(joined)),
                    rewritten(text, joined, spaced(joined)))};
}

Result<StopRule> condition(std::string_view text, std::span<const std::string> known) {
  std::vector<std::string> names(known.begin(), known.end());
  names.emplace_back("training_iteration");
  const auto expression = parse_expression(text, names);
  if (!expression) {
    return unreadable(text, expression.error());
  }
  if (const auto joined = find_joined(text, names); !joined.empty()) {
    return doubtful(text, joined);
  }
  if (expression->names().empty()) {
    return failure(ErrorCode::invalid_argument,
                   "the stop rule '{}' names no metric; write a condition such as \"loss < 0.1\"",
                   expression->to_text());
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

// "metric=NAME" with a known name that option values can't hold, in quotes.
std::string with_quoted_metric(std::string_view text, std::span<const std::string> known) {
  constexpr std::string_view kKey = "metric=";
  const auto at = text.find(kKey);
  const std::string_view rest =
      at == std::string_view::npos ? std::string_view() : text.substr(at + kKey.size());
  for (const std::string& name : known) {
    const bool whole =
        rest.starts_with(name) && (rest.size() == name.size() || rest[name.size()] == ',');
    if (whole && !name.empty()) {
      return std::string(text.substr(0, at + kKey.size())) + json_string(name) +
             std::string(rest.substr(name.size()));
    }
  }
  return std::string(text);
}

Result<StopRule> plateau(StopRule::Kind kind, const std::string& text) {
  LUTHIER_TAKE(const auto spec, parse_plugin_spec(text));
  StopRule rule{.kind = kind, .text = to_text(spec), .window = kDefaultWindow};
  const std::string what = formatted("the stop rule '{}'", spec.name);
  const std::vector<std::string> known = {"metric", "window", "tolerance"};
  std::vector<std::string> problems;
  for (const auto& [key, value] : spec.options) {
    if (std::ranges::find(known, key) == known.end()) {
      problems.push_back(unknown_option(what, key, known));
    } else if (const auto wanted = set_option(rule, key, value); !wanted.empty()) {
      problems.push_back(
          formatted("option {} of {} is {}; it must be {}", key, what, to_json(value), wanted));
    }
  }
  if (!spec.options.contains("metric")) {
    problems.push_back(formatted("{} has no metric; write {}:metric=NAME", what, spec.name));
  }
  if (!problems.empty()) {
    return Error{ErrorCode::invalid_argument, join(problems, "\n")};
  }
  return rule;
}

}  // namespace

std::vector<std::string> metrics_of(const ExperimentSpec& spec) {
  std::vector<std::string> names;
  for (const Objective& objective : spec.objectives) {
    names.push_back(objective.metric);
  }
  return names;
}

Result<StopRule> parse_stop_rule(std::string_view text, std::span<const std::string> known) {
  const std::string_view word = trim(text.substr(0, text.find(':')));
  const bool options = text.find(':') != std::string_view::npos;
  if (options && word == "plateau") {
    return plateau(StopRule::Kind::plateau, with_quoted_metric(text, known));
  }
  if (options && word == "experiment_plateau") {
    return plateau(StopRule::Kind::experiment_plateau, with_quoted_metric(text, known));
  }
  return condition(trim(text), known);
}

}  // namespace luthier
