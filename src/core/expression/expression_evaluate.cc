#include <algorithm>
#include <cmath>
#include <optional>

#include "base/format.h"
#include "base/text.h"
#include "core/expression/expression.h"

namespace luthier {
namespace {

std::string_view kind_of(const Value& value) {
  constexpr std::array<std::string_view, 6> kKinds = {
      "null", "a boolean", "an integer", "a number", "text", "a list"};
  return kKinds[value.data().index()];
}

// The integer that a boolean or an integer holds; a double holds none, as in Python.
std::optional<std::int64_t> exact(const Value& value) {
  if (const auto* integer = std::get_if<std::int64_t>(&value.data())) {
    return *integer;
  }
  if (const auto* boolean = value.boolean()) {
    return *boolean ? 1 : 0;
  }
  return std::nullopt;
}

bool equal(const Value& a, const Value& b) {
  if (const auto x = exact(a), y = exact(b); x && y) {
    return *x == *y;
  }
  if (const auto x = a.number(), y = b.number(); x && y) {
    return *x == *y;
  }
  if (a.list() && b.list()) {
    return std::ranges::equal(*a.list(), *b.list(), equal);
  }
  return a == b;
}

std::optional<std::int64_t> integer_power(std::int64_t base, std::int64_t exponent) {
  if (exponent < 0) {
    return std::nullopt;
  }
  std::int64_t result = 1;
  while (exponent > 0) {
    if (exponent % 2 == 1 && __builtin_mul_overflow(result, base, &result)) {
      return std::nullopt;
    }
    exponent /= 2;
    if (exponent > 0 && __builtin_mul_overflow(base, base, &base)) {
      return std::nullopt;
    }
  }
  return result;
}

// Exact integer results; nothing where the result is no 64-bit integer.
std::optional<std::int64_t> integer_arithmetic(Operation operation,
                                               std::int64_t a,
                                               std::int64_t b) {
  std::int64_t result = 0;
  switch (operation) {
    case Operation::add:
      return __builtin_add_overflow(a, b, &result) ? std::nullopt : std::optional(result);
    case Operation::subtract:
      return __builtin_sub_overflow(a, b, &result) ? std::nullopt : std::optional(result);
    case Operation::multiply:
      return __builtin_mul_overflow(a, b, &result) ? std::nullopt : std::optional(result);
    case Operation::floor_divide:
    case Operation::modulo: {
      if (b == 0 || (a == std::numeric_limits<std::int64_t>::min() && b == -1)) {
        return std::nullopt;
      }
      const bool down = a % b != 0 && (a % b < 0) != (b < 0);
      return operation == Operation::modulo ? a % b + (down ? b : 0) : a / b - (down ? 1 : 0);
    }
    case Operation::power:
      return integer_power(a, b);
    default:
      return std::nullopt;
  }
}

double real_arithmetic(Operation operation, double a, double b) {
  switch (operation) {
    case Operation::add:
      return a + b;
    case Operation::subtract:
      return a - b;
    case Operation::multiply:
      return a * b;
    case Operation::divide:
      return a / b;
    case Operation::floor_divide:
      return b == 0 ? std::nan("") : std::floor(a / b);
    case Operation::modulo: {
      const double remainder = std::fmod(a, b);
      return remainder != 0 && (remainder < 0) != (b < 0) ? remainder + b : remainder;
    }
    default:
      return std::pow(a, b);
  }
}

// An integer where one holds the number, else the number as it is.
Value whole(double number) {
  return std::abs(number) < 0x1p63 ? Value(static_cast<std::int64_t>(number)) : Value(number);
}

double round_to(double number, std::int64_t digits) {
  if (digits > 300 || digits < -300) {
    return digits > 0 ? number : 0.0;
  }
  const double scale = std::pow(10.0, static_cast<double>(std::abs(digits)));
  const double scaled = digits >= 0 ? number * scale : number / scale;
  if (!std::isfinite(scaled)) {
    return number;
  }
  return digits >= 0 ? std::nearbyint(scaled) / scale : std::nearbyint(scaled) * scale;
}

class Evaluator {
 public:
  Evaluator(std::span<const ExpressionNode> nodes,
            std::span<const std::string> names,
            std::span<const Value* const> values)
      : nodes_(nodes), names_(names), values_(values) {}

  // After a failure the value has no meaning.
  Value value(std::size_t index) {
    const auto& node = nodes_[index];
    switch (node.operation) {
      case Operation::literal:
        return node.value;
      case Operation::name:
        return variable(node);
      case Operation::list:
        return Value(values_of(node));
      case Operation::logical_not:
        return Value(!condition(node.children[0]));
      case Operation::logical_and:
        return Value(condition(node.children[0]) && condition(node.children[1]));
      case Operation::logical_or:
        return Value(condition(node.children[0]) || condition(node.children[1]));
      case Operation::comparison:
        return comparisons(node);
      case Operation::conditional:
        return value(node.children[condition(node.children[1]) ? 0 : 2]);
      case Operation::call:
        return call(node);
      case Operation::negate:
      case Operation::plus:
        return sign(node);
      default:
        return arithmetic(node.operation, value(node.children[0]), value(node.children[1]));
    }
  }

  std::optional<Error> error;

 private:
  Value fail(ErrorCode code, std::string message) {
    if (!error) {
      error = Error{code, std::move(message)};
    }
    return {};
  }
  Value fail(std::string message) { return fail(ErrorCode::invalid_argument, std::move(message)); }

  Value variable(const ExpressionNode& node) {
    const Value* value = values_[node.name];
    return value
               ? *value
               : fail(ErrorCode::not_found, formatted("'{}' has no value here", names_[node.name]));
  }

  ValueList values_of(const ExpressionNode& node) {
    ValueList list;
    for (const auto child : node.children) {
      list.push_back(value(child));
    }
    return list;
  }

  bool condition(std::size_t index) {
    if (error) {
      return false;
    }
    const Value result = value(index);
    const auto holds = truth(result);
    if (!holds && !error) {
      fail(literal_text(result) + " is neither true nor false; compare it with something");
    }
    return holds.value_or(false);
  }

  Value comparisons(const ExpressionNode& node) {
    Value left = value(node.children[0]);
    for (std::size_t i = 0; i < node.comparisons.size() && !error; ++i) {
      Value right = value(node.children[i + 1]);
      if (error || !compare(node.comparisons[i], left, right)) {
        return Value(false);
      }
      left = std::move(right);
    }
    return Value(true);
  }

  bool compare(Comparison comparison, const Value& a, const Value& b) {
    switch (comparison) {
      case Comparison::equal:
        return equal(a, b);
      case Comparison::not_equal:
        return !equal(a, b);
      case Comparison::in:
        return contains(b, a);
      case Comparison::not_in:
        return !contains(b, a);
      default:
        return ordered(comparison, a, b);
    }
  }

  bool contains(const Value& container, const Value& item) {
    if (const auto* list = container.list()) {
      return std::ranges::any_of(*list, [&](const Value& each) { return equal(each, item); });
    }
    if (container.text() && item.text()) {
      return container.text()->find(*item.text()) != std::string::npos;
    }
    fail(formatted("the right of 'in' is {}; it must be a list", kind_of(container)));
    return false;
  }

  template <class T>
  static bool in_order(Comparison comparison, const T& a, const T& b) {
    switch (comparison) {
      case Comparison::less:
        return a < b;
      case Comparison::less_equal:
        return a <= b;
      case Comparison::greater:
        return a > b;
      default:
        return a >= b;
    }
  }

  bool ordered(Comparison comparison, const Value& a, const Value& b) {
    if (const auto x = exact(a), y = exact(b); x && y) {
      return in_order(comparison, *x, *y);
    }
    if (const auto x = a.number(), y = b.number(); x && y) {
      return in_order(comparison, *x, *y);
    }
    if (a.text() && b.text()) {
      return in_order(comparison, *a.text(), *b.text());
    }
    fail(mismatch(kComparisons[static_cast<std::size_t>(comparison)], a, b));
    return false;
  }

  static std::string mismatch(std::string_view symbol, const Value& a, const Value& b) {
    return formatted("'{}' does not work between {} ({}) and {} ({})",
                     symbol,
                     literal_text(a),
                     kind_of(a),
                     literal_text(b),
                     kind_of(b));
  }

  Value sign(const ExpressionNode& node) {
    const Value operand = value(node.children[0]);
    return arithmetic(
        node.operation == Operation::negate ? Operation::subtract : Operation::add, 0, operand);
  }

  Value arithmetic(Operation operation, const Value& a, const Value& b) {
    if (error) {
      return {};
    }
    if (const auto x = exact(a), y = exact(b); x && y) {
      if (const auto result = integer_arithmetic(operation, *x, *y)) {
        return Value(*result);
      }
    }
    if (const auto x = a.number(), y = b.number(); x && y) {
      return Value(real_arithmetic(operation, *x, *y));
    }
    if (operation == Operation::add && a.text() && b.text()) {
      return Value(*a.text() + *b.text());
    }
    constexpr std::array<std::string_view, 7> kSymbols = {"+", "-", "*", "/", "//", "%", "**"};
    return fail(mismatch(
        kSymbols[static_cast<std::size_t>(operation) - static_cast<std::size_t>(Operation::add)],
        a,
        b));
  }

  Value call(const ExpressionNode& node) {
    ValueList arguments = values_of(node);
    if (error) {
      return {};
    }
    const bool extreme = node.function == Function::minimum || node.function == Function::maximum;
    if (extreme && arguments.size() == 1 && arguments[0].list() && !arguments[0].list()->empty()) {
      arguments = ValueList(*arguments[0].list());
    }
    for (const Value& argument : arguments) {
      if (!argument.number()) {
        return fail(formatted("{} takes numbers, not {}",
                              kFunctions[static_cast<std::size_t>(node.function)].name,
                              literal_text(argument)));
      }
    }
    return extreme ? extremum(node.function, arguments) : apply(node.function, arguments);
  }

  static Value extremum(Function function, const ValueList& arguments) {
    const Value* best = arguments.data();
    for (const Value& each : arguments) {
      const bool better = function == Function::minimum ? *each.number() < *best->number()
                                                        : *each.number() > *best->number();
      best = better ? &each : best;
    }
    return *best;
  }

  Value apply(Function function, const ValueList& arguments) {
    const double x = *arguments[0].number();
    const auto kept = exact(arguments[0]);
    switch (function) {
      case Function::absolute:
        return kept && *kept < 0 ? arithmetic(Operation::subtract, 0, *kept)
               : kept            ? Value(*kept)
                                 : Value(std::abs(x));
      case Function::round:
        return round(arguments, x, kept);
      case Function::floor:
        return kept ? Value(*kept) : whole(std::floor(x));
      case Function::ceil:
        return kept ? Value(*kept) : whole(std::ceil(x));
      case Function::integer:
        return kept ? Value(*kept) : whole(std::trunc(x));
      case Function::real:
        return Value(x);
      case Function::log:
        return arguments.size() == 2 ? Value(std::log(x) / std::log(*arguments[1].number()))
                                     : Value(std::log(x));
      case Function::log2:
        return Value(std::log2(x));
      case Function::log10:
        return Value(std::log10(x));
      case Function::exp:
        return Value(std::exp(x));
      case Function::sqrt:
        return Value(std::sqrt(x));
      default:
        return arithmetic(Operation::power, arguments[0], arguments[1]);
    }
  }

  Value round(const ValueList& arguments, double x, std::optional<std::int64_t> kept) {
    if (arguments.size() == 1) {
      return kept ? Value(*kept) : whole(std::nearbyint(x));
    }
    const auto digits = arguments[1].integer();
    if (!digits) {
      return fail(formatted("the second argument of round is {}; it must be an integer",
                            literal_text(arguments[1])));
    }
    if (kept && *digits >= 0) {
      return Value(*kept);
    }
    return kept ? whole(round_to(x, *digits)) : Value(round_to(x, *digits));
  }

  std::span<const ExpressionNode> nodes_;
  std::span<const std::string> names_;
  std::span<const Value* const> values_;
};

}  // namespace

std::optional<bool> truth(const Value& value) {
  const auto number = value.number();
  return number ? std::optional(*number != 0 && !std::isnan(*number)) : std::nullopt;
}

Expression Expression::part(std::uint32_t node) const {
  Expression out;
  out.copy(*this, node);
  return out;
}

// Children first, so that they stay before their parent.
std::uint32_t Expression::copy(const Expression& from, std::uint32_t node) {
  ExpressionNode copied = from.nodes_[node];
  for (auto& child : copied.children) {
    child = copy(from, child);
  }
  if (copied.operation == Operation::name) {
    const std::string& name = from.names_[copied.name];
    const auto found = std::ranges::find(names_, name);
    copied.name = static_cast<std::uint32_t>(found - names_.begin());
    if (found == names_.end()) {
      names_.push_back(name);
    }
  }
  nodes_.push_back(std::move(copied));
  return static_cast<std::uint32_t>(nodes_.size() - 1);
}

Result<Value> Expression::evaluate(std::span<const Value* const> values) const {
  Evaluator evaluator(nodes_, names_, values);
  Value result = evaluator.value(nodes_.size() - 1);
  if (evaluator.error) {
    return std::move(*evaluator.error);
  }
  return result;
}

Result<Value> Expression::evaluate(const Lookup& lookup) const {
  std::vector<const Value*> values;
  values.reserve(names_.size());
  for (const auto& name : names_) {
    values.push_back(lookup(name));
  }
  return evaluate(values);
}

}  // namespace luthier
