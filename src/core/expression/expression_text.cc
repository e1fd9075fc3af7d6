// The canonical text of an expression: one blank around operators, parentheses only where needed.
#include <algorithm>
#include <array>
#include <cmath>

#include "base/format.h"
#include "base/text.h"
#include "core/expression/expression.h"
#include "core/expression/expression_lexer.h"

namespace luthier {
namespace {

int precedence_of(Operation operation) {
  switch (operation) {
    case Operation::conditional:
      return precedence::kConditional;
    case Operation::logical_or:
      return precedence::kOr;
    case Operation::logical_and:
      return precedence::kAnd;
    case Operation::logical_not:
      return precedence::kNot;
    case Operation::comparison:
      return precedence::kComparison;
    case Operation::add:
    case Operation::subtract:
      return precedence::kSum;
    case Operation::multiply:
    case Operation::divide:
    case Operation::floor_divide:
    case Operation::modulo:
      return precedence::kProduct;
    case Operation::negate:
    case Operation::plus:
      return precedence::kSign;
    case Operation::power:
      return precedence::kPower;
    default:
      return precedence::kAtom;
  }
}

std::string_view symbol_of(Operation operation) {
  switch (operation) {
    case Operation::logical_or:
      return " or ";
    case Operation::logical_and:
      return " and ";
    case Operation::add:
      return " + ";
    case Operation::subtract:
      return " - ";
    case Operation::multiply:
      return " * ";
    case Operation::divide:
      return " / ";
    case Operation::floor_divide:
      return " // ";
    case Operation::modulo:
      return " % ";
    case Operation::power:
      return " ** ";
    default:
      return "";
  }
}

class Printer {
 public:
  Printer(std::span<const ExpressionNode> nodes, std::span<const std::string> names)
      : nodes_(nodes), names_(names) {}

  // The text of a node, in parentheses where it binds less tightly than `least`.
  void print(std::size_t index, int least) {
    const auto& node = nodes_[index];
    const int own = precedence_of(node.operation);
    out += own < least ? "(" : "";
    content(node, own);
    out += own < least ? ")" : "";
  }

  std::string out;

 private:
  void content(const ExpressionNode& node, int own) {
    switch (node.operation) {
      case Operation::literal:
        out += literal_text(node.value);
        break;
      case Operation::name:
        out += expression_name(names_[node.name]);
        break;
      case Operation::list:
        items(node, "[", "]");
        break;
      case Operation::call:
        out += kFunctions[static_cast<std::size_t>(node.function)].name;
        items(node, "(", ")");
        break;
      case Operation::negate:
      case Operation::plus:
        out += node.operation == Operation::negate ? "-" : "+";
        print(node.children[0], precedence::kSign);
        break;
      case Operation::logical_not:
        out += "not ";
        print(node.children[0], precedence::kNot);
        break;
      case Operation::comparison:
        comparison(node);
        break;
      case Operation::conditional:
        conditional(node);
        break;
      default:
        binary(node, own);
    }
  }

  void items(const ExpressionNode& node, std::string_view opening, std::string_view closing) {
    out += opening;
    for (std::size_t i = 0; i < node.children.size(); ++i) {
      out += i > 0 ? ", " : "";
      print(node.children[i], precedence::kConditional);
    }
    out += closing;
  }

  void comparison(const ExpressionNode& node) {
    print(node.children[0], precedence::kSum);
    for (std::size_t i = 0; i < node.comparisons.size(); ++i) {
      out += ' ';
      out += kComparisons[static_cast<std::size_t>(node.comparisons[i])];
      out += ' ';
      print(node.children[i + 1], precedence::kSum);
    }
  }

  void conditional(const ExpressionNode& node) {
    print(node.children[0], precedence::kOr);
    out += " if ";
    print(node.children[1], precedence::kOr);
    out += " else ";
    print(node.children[2], precedence::kConditional);
  }

  void binary(const ExpressionNode& node, int own) {
    const bool right_first = node.operation == Operation::power;
    print(node.children[0], right_first ? precedence::kAtom : own);
    out += symbol_of(node.operation);
    print(node.children[1], right_first ? precedence::kSign : own + 1);
  }

  std::span<const ExpressionNode> nodes_;
  std::span<const std::string> names_;
};

}  // namespace

std::string Expression::to_text() const {
  Printer printer(nodes_, names_);
  printer.print(nodes_.size() - 1, precedence::kConditional);
  return printer.out;
}

std::string expression_name(std::string_view name) {
  ExpressionLexer lexer(name);
  const auto token = lexer.next();
  const bool plain = token && token->kind == Token::Kind::name && token->text == name &&
                     !name.ends_with('.') && name.find("..") == std::string_view::npos;
  return plain ? std::string(name) : formatted("`{}`", name);
}

std::string literal_text(const Value& value) {
  if (const auto* list = value.list()) {
    std::string out = "[";
    for (const auto& item : *list) {
      out += out.size() > 1 ? ", " : "";
      out += literal_text(item);
    }
    return out + "]";
  }
  if (const auto* real = std::get_if<double>(&value.data()); real && !std::isfinite(*real)) {
    return format_number(*real);
  }
  return to_json(value);
}

}  // namespace luthier
