#include "core/space/space_check.h"

#include <algorithm>
#include <set>
#include <string_view>

#include "base/format.h"
#include "base/text.h"

namespace luthier {
namespace {

class ConfigCheck {
 public:
  ConfigCheck(const SpaceModel& model, const Config& config)
      : model_(model), config_(config), given_(model.from_config(config)) {}

  Result<> run() {
    names();
    for (std::size_t p = 0; p < model_.parameters.size(); ++p) {
      if (given_.active[p]) {
        value(p);
      }
    }
    if (problems_.empty()) {
      conditions();
      constraints();
    }
    if (problems_.empty()) {
      return {};
    }
    return Error{ErrorCode::invalid_argument, join(problems_, "\n")};
  }

 private:
  const Parameter& declared(std::size_t p) const { return model_.declaration.parameters()[p]; }

  void names() {
    std::vector<std::string> known;
    for (const auto& parameter : model_.declaration.parameters()) {
      known.push_back(parameter.name);
    }
    const std::set<std::string_view> declared(known.begin(), known.end());
    for (const auto& [name, value] : config_) {
      if (!declared.contains(name)) {
        problems_.push_back(unknown_name("parameter", name, known));
      }
    }
  }

  void value(std::size_t p) {
    const Value& given = given_.values[p];
    const auto& model = model_.parameters[p];
    if (model.distribution && !model.distribution->coordinate(given)) {
      problems_.push_back(formatted("parameter '{}' is {}, which is not in {}",
                                    declared(p).name,
                                    literal_text(given),
                                    to_text(declared(p).domain)));
    }
    if (!model.distribution && !model.formula && !equal(given, declared(p).domain.values[0])) {
      problems_.push_back(formatted("parameter '{}' is {}, but it is the constant {}; leave it out",
                                    declared(p).name,
                                    literal_text(given),
                                    literal_text(declared(p).domain.values[0])));
    }
    if (model.formula) {
      computed(p);
    }
  }

  // A computed value may be given (exported configurations have it) if it is the right one.
  void computed(std::size_t p) {
    const auto& formula = *model_.parameters[p].formula;
    const auto right = formula.expression.evaluate(operands(formula));
    if (!right || !equal(given_.values[p], *right)) {
      problems_.push_back(formatted("parameter '{}' is computed as {}{} and not {}; leave it out",
                                    declared(p).name,
                                    formula.expression.to_text(),
                                    right ? ", which is " + literal_text(*right) : "",
                                    literal_text(given_.values[p])));
    }
  }

  void conditions() {
    for (std::size_t p = 0; p < model_.parameters.size(); ++p) {
      const auto& condition = model_.parameters[p].condition;
      if (!given_.active[p] || !condition) {
        continue;
      }
      const auto result = condition->expression.evaluate(operands(*condition));
      if (result && truth(*result) == false) {
        problems_.push_back(
            formatted("parameter '{}' is given, but its condition {} does not hold; leave it out",
                      declared(p).name,
                      declared(p).condition));
      }
    }
  }

  void constraints() {
    for (std::size_t c = 0; c < model_.constraints.size(); ++c) {
      std::string problem;
      const Verdict verdict = model_.judge(c, given_, problem);
      if (verdict == Verdict::violated) {
        problems_.push_back(formatted("the configuration violates the constraint '{}'; change it",
                                      model_.constraints[c].expression.to_text()));
      } else if (verdict == Verdict::broken) {
        problems_.push_back("the constraint " + problem);
      }
    }
  }

  std::vector<const Value*> operands(const BoundExpression& bound) const {
    std::vector<const Value*> values;
    for (const std::size_t p : bound.parameters) {
      values.push_back(given_.active[p] ? &given_.values[p] : nullptr);
    }
    return values;
  }

  // 1 and 1.0 are the same to a person.
  static bool equal(const Value& a, const Value& b) {
    const bool numbers = a.number() && b.number() && !a.boolean() && !b.boolean();
    return a == b || (numbers && *a.number() == *b.number());
  }

  const SpaceModel& model_;
  const Config& config_;
  Assignment given_;
  std::vector<std::string> problems_;
};

}  // namespace

Result<> check_config(const SpaceModel& model, const Config& config) {
  return ConfigCheck(model, config).run();
}

}  // namespace luthier
