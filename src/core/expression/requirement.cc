#include "core/expression/requirement.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/failure.h"
#include "base/format.h"
#include "base/text.h"
#include "base/try.h"

namespace luthier {
namespace {

constexpr double kUnknown = std::numeric_limits<double>::infinity();
constexpr double kLeast = std::numeric_limits<double>::denorm_min();

bool has_order(Comparison comparison) {
  return comparison <= Comparison::equal;
}

// Of a side without names: what an excess is told in.
std::optional<double> constant(const Expression& side) {
  if (!side.names().empty()) {
    return std::nullopt;
  }
  const auto value = side.evaluate([](std::string_view /*name*/) { return nullptr; });
  const auto number = value ? value->number() : std::nullopt;
  return number && *number != 0 && std::isfinite(*number) ? std::optional(std::abs(*number))
                                                          : std::nullopt;
}

// Negative where there is room left.
double distance(Comparison comparison, double left, double right) {
  switch (comparison) {
    case Comparison::less:
    case Comparison::less_equal:
      return left - right;
    case Comparison::greater:
    case Comparison::greater_equal:
      return right - left;
    default:
      return std::abs(left - right);
  }
}

// Infinite between text and between truth values; nothing where both can't be compared.
std::optional<double> gap_between(Comparison comparison, const Value& left, const Value& right) {
  const auto a = left.number();
  const auto b = right.number();
  const bool are_numbers = a && b && !left.boolean() && !right.boolean();
  if (are_numbers) {
    return distance(comparison, *a, *b);
  }
  if (!(a && b) && !(left.text() && right.text())) {
    return comparison == Comparison::equal ? std::optional(kUnknown) : std::nullopt;
  }
  const int order = a ? (*a < *b ? -1 : *a > *b ? 1 : 0) : left.text()->compare(*right.text());
  if (order == 0) {
    const bool strict = comparison == Comparison::less || comparison == Comparison::greater;
    return strict ? kUnknown : -kUnknown;
  }
  return distance(comparison, order, 0) * kUnknown;
}

std::vector<std::string> parameters_of(const Space& space) {
  std::vector<std::string> names;
  for (const Parameter& parameter : space.parameters()) {
    names.push_back(parameter.name);
  }
  return names;
}

// The two ways to read "a-b", as parse_stop_rule has them.
Error doubtful(std::string_view text, std::string_view joined) {
  return {ErrorCode::invalid_argument,
          formatted("the requirement '{}' can be read in two ways; write {} for one name, or put "
                    "blanks around its signs for a calculation",
                    text,
                    expression_name(joined))};
}

}  // namespace

Result<Requirement> parse_requirement(std::string_view text, std::span<const std::string> known) {
  const std::string_view condition = trim(text);
  std::vector<std::string> names(known.begin(), known.end());
  names.emplace_back("training_iteration");
  const auto expression = parse_expression(condition, names);
  if (!expression) {
    return failure(ErrorCode::invalid_argument,
                   "the requirement can't be read: {} (a requirement is a condition such as "
                   "\"latency_ms < 200\"; put a metric's name in backquotes if it has characters "
                   "other than letters, digits, '_' and '.')",
                   expression.error().message);
  }
  if (const auto joined = find_joined(condition, names); !joined.empty()) {
    return doubtful(condition, joined);
  }
  return Requirement{expression->to_text()};
}

std::vector<std::string> named_in(const ExperimentSpec& spec) {
  std::vector<std::string> names = parameters_of(spec.space);
  for (const Objective& objective : spec.objectives) {
    names.push_back(objective.metric);
  }
  return names;
}

std::string requirement_problem(const Requirement& requirement, const Space& space) {
  const std::vector<std::string> parameters = parameters_of(space);
  const auto compiled = CompiledRequirement::make(requirement, parameters);
  if (!compiled) {
    return compiled.error().message;
  }
  const auto is_parameter = [&](const std::string& name) {
    return std::ranges::find(parameters, name) != parameters.end();
  };
  const auto& names = compiled->names();
  if (std::ranges::all_of(names, is_parameter)) {
    return formatted("the requirement '{}' names no metric; {}",
                     requirement.text,
                     names.empty() ? "write a condition such as \"latency_ms < 200\""
                                   : "what only configurations have to satisfy is a constraint "
                                     "(--constraint)");
  }
  const Value number(1.0);
  const auto expression = parse_expression(requirement.text, parameters);
  const auto value = expression->evaluate([&](std::string_view /*name*/) { return &number; });
  const bool compares = !value || value->boolean() != nullptr;
  return compares ? ""
                  : formatted(
                        "the requirement '{}' compares nothing; write a condition such as "
                        "'{} < 200'",
                        requirement.text,
                        requirement.text);
}

Result<CompiledRequirement> CompiledRequirement::make(const Requirement& requirement,
                                                      std::span<const std::string> known) {
  auto expression = parse_expression(requirement.text, known);
  if (!expression) {
    return failure(ErrorCode::invalid_argument,
                   "the requirement '{}' can't be read: {}",
                   requirement.text,
                   expression.error().message);
  }
  CompiledRequirement out;
  out.text_ = requirement.text;
  out.root_ = part_of(*expression);
  out.condition_ = *std::move(expression);
  return out;
}

CompiledRequirement::Part CompiledRequirement::part_of(const Expression& expression) {
  const ExpressionNode& root = expression.root();
  Part out;
  if (root.operation == Operation::logical_and || root.operation == Operation::logical_or) {
    out.kind = root.operation == Operation::logical_and ? Part::Kind::all : Part::Kind::any;
    for (const auto child : root.children) {
      out.parts.push_back(part_of(expression.part(child)));
    }
    return out;
  }
  if (root.operation == Operation::comparison && std::ranges::all_of(root.comparisons, has_order)) {
    out.kind = Part::Kind::all;
    for (std::size_t i = 0; i < root.comparisons.size(); ++i) {
      out.parts.push_back(comparison_of(expression, root, i));
    }
    return out;
  }
  out.condition = expression;
  return out;
}

CompiledRequirement::Part CompiledRequirement::comparison_of(const Expression& whole,
                                                             const ExpressionNode& node,
                                                             std::size_t i) {
  Part out{.kind = Part::Kind::comparison, .comparison = node.comparisons[i]};
  out.left = whole.part(node.children[i]);
  out.right = whole.part(node.children[i + 1]);
  out.unit = constant(out.right).value_or(constant(out.left).value_or(1));
  return out;
}

double CompiledRequirement::compared(const Part& part, const Expression::Lookup& lookup) {
  const auto left = part.left.evaluate(lookup);
  const auto right = part.right.evaluate(lookup);
  if (!left || !right) {
    return kUnknown;
  }
  const auto gap = gap_between(part.comparison, *left, *right);
  const bool strict = part.comparison == Comparison::less || part.comparison == Comparison::greater;
  if (!gap || std::isnan(*gap)) {
    return kUnknown;
  }
  const bool is_met = strict ? *gap < 0 : *gap <= 0;
  return is_met ? *gap / part.unit : std::max(*gap / part.unit, kLeast);
}

double CompiledRequirement::excess(const Part& part, const Expression::Lookup& lookup) {
  switch (part.kind) {
    case Part::Kind::comparison:
      return compared(part, lookup);
    case Part::Kind::any: {
      const double left = excess(part.parts[0], lookup);
      return std::min(left, excess(part.parts[1], lookup));
    }
    case Part::Kind::all: {
      double missed = 0;
      double most = -kUnknown;
      for (const Part& each : part.parts) {
        const double amount = excess(each, lookup);
        missed += std::max(amount, 0.0);
        most = std::max(most, amount);
      }
      return missed > 0 ? missed : most;
    }
    case Part::Kind::other:
      break;
  }
  const auto value = part.condition.evaluate(lookup);
  return value && truth(*value).value_or(false) ? -kUnknown : kUnknown;
}

double CompiledRequirement::excess(const Expression::Lookup& lookup) const {
  return excess(root_, lookup);
}

std::string CompiledRequirement::missing(const Expression::Lookup& lookup) const {
  std::string name;
  const Expression::Lookup watched = [&](std::string_view each) {
    const Value* value = lookup(each);
    if (value == nullptr && name.empty()) {
      name = each;
    }
    return value;
  };
  return excess(watched) > 0 ? name : "";
}

}  // namespace luthier
