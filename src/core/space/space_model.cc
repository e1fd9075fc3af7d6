#include "core/space/space_model.h"

#include <algorithm>

#include "base/check.h"
#include "base/format.h"

namespace luthier {
namespace {

std::vector<const Value*> operands(const BoundExpression& bound, const Assignment& assignment) {
  std::vector<const Value*> values;
  values.reserve(bound.parameters.size());
  for (const std::size_t p : bound.parameters) {
    values.push_back(assignment.active[p] ? &assignment.values[p] : nullptr);
  }
  return values;
}

// A condition or constraint. Inactive parameters anywhere in it leave it without an answer.
Verdict judge_expression(const BoundExpression& bound,
                         const Assignment& assignment,
                         std::string& problem) {
  const auto values = operands(bound, assignment);
  if (std::ranges::find(values, nullptr) != values.end()) {
    return Verdict::does_not_apply;
  }
  const auto result = bound.expression.evaluate(values);
  const auto holds = result ? truth(*result) : std::nullopt;
  if (!holds) {
    problem = formatted(
        "'{}': {}",
        bound.expression.to_text(),
        result ? literal_text(*result) + " is neither true nor false; compare it with something"
               : result.error().message);
    return Verdict::broken;
  }
  return *holds ? Verdict::holds : Verdict::violated;
}

}  // namespace

void SpaceModel::assign(std::size_t parameter,
                        std::span<const double> point,
                        Assignment& assignment) const {
  const auto& model = parameters[parameter];
  const auto& declared = declaration.parameters()[parameter];
  const auto broken = [&](const char* what, const std::string& problem) {
    if (assignment.problem.empty()) {
      assignment.problem = formatted("{} of '{}' {}", what, declared.name, problem);
    }
  };
  std::string problem;
  if (model.condition) {
    const Verdict verdict = judge_expression(*model.condition, assignment, problem);
    if (verdict == Verdict::broken) {
      broken("the condition", problem);
    }
    if (verdict != Verdict::holds) {
      return;
    }
  }
  if (model.distribution) {
    assignment.values[parameter] = model.distribution->value(point[model.axis]);
  } else if (!model.formula) {
    assignment.values[parameter] = declared.domain.values.front();
  } else {
    auto result = model.formula->expression.evaluate(operands(*model.formula, assignment));
    if (!result) {
      if (result.error().code != ErrorCode::not_found) {
        broken("the formula",
               formatted("'{}': {}", declared.domain.formula, result.error().message));
      }
      return;
    }
    assignment.values[parameter] = std::move(*result);
  }
  assignment.active[parameter] = 1;
}

void SpaceModel::assign_all(std::span<const double> point, Assignment& assignment) const {
  std::ranges::fill(assignment.active, 0);
  assignment.problem.clear();
  for (const std::size_t parameter : order) {
    assign(parameter, point, assignment);
  }
}

bool SpaceModel::is_active(std::size_t parameter, std::span<const double> point) const {
  const auto& model = parameters[parameter];
  if (!model.condition) {
    return true;
  }
  // Large enough for what the condition looks at, however many parameters there are.
  const auto last = std::ranges::max_element(model.ancestors);
  Assignment assignment(last == model.ancestors.end() ? 0 : *last + 1);
  for (const std::size_t ancestor : model.ancestors) {
    assign(ancestor, point, assignment);
  }
  std::string problem;
  return judge_expression(*model.condition, assignment, problem) == Verdict::holds;
}

Config SpaceModel::decode(std::span<const double> point) const {
  LUTHIER_CHECK(point.size() == axes.size(), "a point has one coordinate for each axis");
  if (!plain) {
    Assignment assignment(parameters.size());
    assign_all(point, assignment);
    return to_config(std::move(assignment));
  }
  Config config;
  config.reserve(parameters.size());
  for (std::size_t p = 0; p < parameters.size(); ++p) {
    const auto& declared = declaration.parameters()[p];
    const auto& model = parameters[p];
    config.append(declared.name,
                  model.distribution ? model.distribution->value(point[model.axis])
                                     : declared.domain.values.front());
  }
  return config;
}

Config SpaceModel::to_config(Assignment assignment) const {
  Config config;
  config.reserve(parameters.size());
  for (std::size_t p = 0; p < parameters.size(); ++p) {
    if (assignment.active[p]) {
      config.append(declaration.parameters()[p].name, std::move(assignment.values[p]));
    }
  }
  return config;
}

Assignment SpaceModel::from_config(const Config& config) const {
  Assignment assignment(parameters.size());
  auto next = config.begin();  // nearly always in declaration order
  for (std::size_t p = 0; p < parameters.size(); ++p) {
    const auto& name = declaration.parameters()[p].name;
    const Value* value = nullptr;
    if (next != config.end() && next->first == name) {
      value = &next->second;
      ++next;
    } else {
      value = config.find(name);
    }
    if (value != nullptr) {
      assignment.values[p] = *value;
      assignment.active[p] = 1;
    }
  }
  return assignment;
}

Verdict SpaceModel::judge(std::size_t constraint,
                          const Assignment& assignment,
                          std::string& problem) const {
  return judge_expression(constraints[constraint], assignment, problem);
}

}  // namespace luthier
