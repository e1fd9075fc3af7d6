#include "core/space/prior_check.h"

#include <algorithm>

#include "base/format.h"
#include "base/text.h"
#include "core/value_text.h"

namespace luthier {
namespace {

std::string known_names(const Prior& prior, const CompiledSpace& space) {
  std::vector<std::string> names;
  for (const Parameter& parameter : space.parameters()) {
    names.push_back(parameter.name);
  }
  return unknown_name("parameter", prior.parameter, names);
}

// Why nothing can be believed of such a parameter; empty: it can.
std::string fixed_problem(const Parameter& parameter) {
  switch (parameter.domain.kind) {
    case DomainKind::constant:
      return formatted("'{}' is a constant; drop the prior", parameter.name);
    case DomainKind::expression:
      return formatted("'{}' is computed from others; state what is believed of these",
                       parameter.name);
    case DomainKind::grid:
      return formatted(
          "'{}' takes each value of its grid in turn; drop the prior, or make it a choice",
          parameter.name);
    default:
      return {};
  }
}

std::string spread_problem(const Prior& prior, const Domain& domain) {
  const PriorScale scale = prior_scale(domain);
  if (prior.spread == Prior::Spread::usual) {
    return {};
  }
  if (scale == PriorScale::none) {
    return formatted(
        "one of several values has no spread; list those that are likely, as in '{} ~ A, B'",
        prior.parameter);
  }
  if (prior.spread == Prior::Spread::amount && scale == PriorScale::logarithmic) {
    return formatted("'{}' has a log scale; write the spread as a factor, as in '{} ~ {} x2'",
                     prior.parameter,
                     prior.parameter,
                     value_text(prior.values.front()));
  }
  if (prior.spread == Prior::Spread::factor && scale == PriorScale::linear) {
    return formatted(
        "'{}' has a linear scale; write the spread as an amount, as in '{} ~ {} +- AMOUNT'",
        prior.parameter,
        prior.parameter,
        value_text(prior.values.front()));
  }
  return {};
}

std::string problem_of(const Prior& prior, const CompiledSpace& space) {
  const auto parameters = space.parameters();
  const auto found = std::ranges::find(parameters, prior.parameter, &Parameter::name);
  if (found == parameters.end()) {
    return known_names(prior, space);
  }
  if (std::string problem = fixed_problem(*found); !problem.empty()) {
    return problem;
  }
  const std::size_t axis = axis_of(*found, space);
  for (auto value = prior.values.begin(); value != prior.values.end(); ++value) {
    if (!(space.encode({{prior.parameter, *value}})[axis] >= 0)) {  // NaN: outside
      return formatted("{} is not in {}", value_text(*value), to_text(found->domain));
    }
    if (std::find(prior.values.begin(), value, *value) != value) {
      return value_text(*value) + " is listed twice; drop one of them";
    }
  }
  return spread_problem(prior, found->domain);
}

}  // namespace

std::size_t axis_of(const Parameter& parameter, const CompiledSpace& space) {
  const auto at = static_cast<std::size_t>(&parameter - space.parameters().data());
  return static_cast<std::size_t>(std::ranges::find(space.axes(), at, &Axis::parameter) -
                                  space.axes().begin());
}

PriorScale prior_scale(const Domain& domain) {
  switch (domain.kind) {
    case DomainKind::uniform:
    case DomainKind::quniform:
    case DomainKind::randint:
    case DomainKind::qrandint:
    case DomainKind::normal:
    case DomainKind::qnormal:
      return PriorScale::linear;
    case DomainKind::loguniform:
    case DomainKind::qloguniform:
    case DomainKind::lograndint:
    case DomainKind::qlograndint:
      return PriorScale::logarithmic;
    default:
      return PriorScale::none;
  }
}

std::vector<std::string> prior_problems(std::span<const Prior> priors, const CompiledSpace& space) {
  std::vector<std::string> problems;
  for (std::size_t i = 0; i < priors.size(); ++i) {
    const auto same = [&](const Prior& other) { return other.parameter == priors[i].parameter; };
    std::string problem = problem_of(priors[i], space);
    if (problem.empty() && std::ranges::any_of(priors.first(i), same)) {
      problem =
          formatted("there is another one for '{}'; list its values in one, as in '{} ~ A, B'",
                    priors[i].parameter,
                    priors[i].parameter);
    }
    if (!problem.empty()) {
      problems.push_back(formatted("the prior '{}': {}", to_text(priors[i]), problem));
    }
  }
  return problems;
}

}  // namespace luthier
