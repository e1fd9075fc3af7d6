// Small expressions over parameters or metrics: conditions, constraints, computed parameters,
// resources and stop rules all use this one language. It has numbers, text, true, false, null and
// lists; + - * / // % **, comparisons (also chained), in, not in, and, or, not (also && || !),
// `a if c else b`, and the functions of expression_node.h. It reads like Python: integers stay
// integers where Python keeps them (a result beyond 64 bits becomes a double), `//` and `%` round
// down, `round` rounds halves to even. Division by zero gives an infinity or NaN, and NaN compares
// false with everything. A name is letters, digits, '_' and '.'; any other name ("weight-decay",
// "val/loss") stands in backquotes, unless whoever parses knows it: known names win.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/expression/expression_node.h"
#include "luthier/error.h"
#include "luthier/value.h"

namespace luthier {

class Expression {
 public:
  using Lookup = std::function<const Value*(std::string_view name)>;

  // The variables used, in order of first appearance.
  const std::vector<std::string>& names() const { return names_; }

  // Fails with not_found when a variable that is needed has no value (an inactive parameter, a
  // metric that was not reported), with invalid_argument when a value has the wrong kind. Operands
  // that do not matter (the right of a true `or`, the branch not taken) are not looked at.
  Result<Value> evaluate(const Lookup& lookup) const;
  // The same with the values in the order of names(); null: no value.
  Result<Value> evaluate(std::span<const Value* const> values) const;

  // The canonical form; it parses back to the same expression.
  std::string to_text() const;

  const ExpressionNode& root() const { return nodes_.back(); }
  // What stands at a node, as an expression of its own.
  Expression part(std::uint32_t node) const;

 private:
  friend class ExpressionParser;
  std::uint32_t copy(const Expression& from, std::uint32_t node);
  std::vector<ExpressionNode> nodes_;  // the root is the last
  std::vector<std::string> names_;
};

// `known`: names that are read as such wherever they stand, `val/loss` as well as `loss`.
Result<Expression> parse_expression(std::string_view text, std::span<const std::string> known = {});

// Whether a result of evaluate() counts as true: true or a number other than 0 and NaN. Nothing for
// text, lists and null, which have to be compared with something.
std::optional<bool> truth(const Value& value);

// The canonical form of `text` where it is an expression that can be read in one way, else `text`
// without outer white space: what `a-b` means depends on the names that are known (find_joined),
// and compiling a space reports what is wrong with it.
std::string canonical_expression(std::string_view text);

// The first place where names are joined by '-' or '/' without blanks, as in `val/loss`, and not
// all of them are known; empty when there is none. Such a place may mean one name or a calculation.
std::string_view find_joined(std::string_view text, std::span<const std::string> known = {});

// How a variable is written in an expression: in backquotes where needed.
std::string expression_name(std::string_view name);
// How a value is written in an expression and in a domain: text in double quotes, nan, inf.
std::string literal_text(const Value& value);

}  // namespace luthier
