#include "core/expression/stop_rule_check.h"

#include "base/format.h"
#include "core/expression/expression.h"

namespace luthier {

std::string stop_rule_problem(const StopRule& rule) {
  if (rule.kind != StopRule::Kind::condition) {
    return {};
  }
  const auto expression = parse_expression(rule.text);
  const Value number(1.0);
  const auto value = expression
                         ? expression->evaluate([&](std::string_view /*name*/) { return &number; })
                         : Result<Value>(expression.error());
  if (!value || value->boolean() != nullptr) {
    return {};
  }
  const std::string compared = formatted("'{} < 0.1'", rule.text);
  const bool name =
      expression->names().size() == 1 && expression_name(expression->names().front()) == rule.text;
  return formatted(
      "the stop rule '{}' compares nothing; write a condition such as {}{}",
      rule.text,
      compared,
      name ? formatted(", or '{} == true' for one that is true or false", rule.text) : "");
}

}  // namespace luthier
