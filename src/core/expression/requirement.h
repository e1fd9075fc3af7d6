// A requirement with its expression compiled: whether values meet it, and by how much they miss it
// or could still grow. Comparisons of numbers have such an amount, and `and` and `or` of them; any
// other condition is met or missed and no more.
#pragma once

#include <string>
#include <vector>

#include "core/expression/expression.h"
#include "luthier/experiment_spec.h"

namespace luthier {

class CompiledRequirement {
 public:
  // Of a requirement that parse_requirement returned.
  static Result<CompiledRequirement> make(const Requirement& requirement,
                                          std::span<const std::string> known = {});

  const std::string& text() const { return text_; }
  const std::vector<std::string>& names() const { return condition_.names(); }

  // By how much the values miss it: above 0 missed, else met, infinite where nothing says how much.
  // In units of the bound where one side of a comparison is a number other than 0. All the amounts
  // missed of an `and`, the least of an `or`. +infinity where a value is missing.
  double excess(const Expression::Lookup& lookup) const;
  // The first name that has no value and would need one; empty: there is none.
  std::string missing(const Expression::Lookup& lookup) const;

 private:
  struct Part {
    enum class Kind : std::uint8_t { all, any, comparison, other } kind = Kind::other;
    Expression condition = {};   // other
    Comparison comparison = {};  // of `left` and `right`
    Expression left = {}, right = {};
    double unit = 1;
    std::vector<Part> parts = {};
  };
  static Part part_of(const Expression& expression);
  static Part comparison_of(const Expression& whole, const ExpressionNode& node, std::size_t i);
  static double excess(const Part& part, const Expression::Lookup& lookup);
  static double compared(const Part& part, const Expression::Lookup& lookup);

  std::string text_;
  Expression condition_;
  Part root_;
};

// The names that a requirement of an experiment may hold as they are: objectives and parameters.
std::vector<std::string> named_in(const ExperimentSpec& spec);

// What is wrong with a requirement that can be read: asked of new ones only, so that every stored
// experiment still opens. A sentence; empty when nothing is.
std::string requirement_problem(const Requirement& requirement, const Space& space);

}  // namespace luthier
