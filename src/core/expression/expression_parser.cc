// Precedence climbing (Pratt). Nesting, signs, powers and conditionals count towards a depth limit;
// everything else recurses at most once for each level of precedence, so hostile input is refused
// long before the stack ends.
#include <algorithm>
#include <optional>

#include "base/format.h"
#include "base/text.h"
#include "core/expression/expression.h"
#include "core/expression/expression_lexer.h"

namespace luthier {
namespace {

constexpr int kDepthLimit = 64;
constexpr std::uint32_t kHeightLimit = 400;  // of a tree: a chain of as many operators

struct Binary {
  Operation operation;
  int precedence;
};

std::optional<Binary> binary_operator(const Token& token) {
  struct Row {
    std::string_view symbol;
    Binary binary;
  };
  static constexpr std::array<Row, 9> kRows = {{
      {"or", {Operation::logical_or, precedence::kOr}},
      {"and", {Operation::logical_and, precedence::kAnd}},
      {"+", {Operation::add, precedence::kSum}},
      {"-", {Operation::subtract, precedence::kSum}},
      {"*", {Operation::multiply, precedence::kProduct}},
      {"/", {Operation::divide, precedence::kProduct}},
      {"//", {Operation::floor_divide, precedence::kProduct}},
      {"%", {Operation::modulo, precedence::kProduct}},
      {"**", {Operation::power, precedence::kPower}},
  }};
  for (const auto& row : kRows) {
    if (token.kind == Token::Kind::symbol && token.text == row.symbol) {
      return row.binary;
    }
  }
  return std::nullopt;
}

}  // namespace

class ExpressionParser {
 public:
  ExpressionParser(std::string_view text, std::span<const std::string> known)
      : text_(text), lexer_(text, known) {}

  Result<Expression> parse() {
    advance();
    expression(precedence::kConditional);
    if (!error_ && token_.kind != Token::Kind::end) {
      fail("expected an operator or the end, not " + shown(token_));
    }
    if (error_) {
      return *error_;
    }
    return std::move(out_);
  }

 private:
  using Index = std::uint32_t;

  // After the first error the current token is the end and nothing more is built; every loop ends.
  void fail(std::string_view problem) { fail_at(token_.position, problem); }
  void fail_at(std::size_t position, std::string_view problem) {
    if (!error_) {
      error_ = syntax_error(text_, position, problem);
    }
    token_ = Token{Token::Kind::end, "the end", {}, text_.size()};
  }
  void advance() {
    if (error_) {
      return;
    }
    auto token = lexer_.next();
    if (token) {
      token_ = std::move(*token);
    } else {
      error_ = token.error();
      token_ = Token{Token::Kind::end, "the end", {}, text_.size()};
    }
  }
  bool at(std::string_view symbol) const {
    return token_.kind == Token::Kind::symbol && token_.text == symbol;
  }
  bool accept(std::string_view symbol) {
    const bool found = at(symbol);
    if (found) {
      advance();
    }
    return found;
  }
  void expect(std::string_view symbol) {
    if (!accept(symbol)) {
      fail(formatted("expected '{}', not {}", symbol, shown(token_)));
    }
  }
  static std::string shown(const Token& token) {
    switch (token.kind) {
      case Token::Kind::end:
        return "the end";
      case Token::Kind::literal:
        return literal_text(token.value);
      default:
        return formatted("'{}'", token.text);
    }
  }

  Index add(ExpressionNode node) {
    if (error_) {
      return 0;  // its children may not exist
    }
    for (const Index child : node.children) {
      node.height = std::max(node.height, out_.nodes_[child].height + 1);
    }
    if (node.height > kHeightLimit) {
      fail(
          formatted("the expression is longer than {} operators in a row; split it", kHeightLimit));
      return 0;
    }
    out_.nodes_.push_back(std::move(node));
    return static_cast<Index>(out_.nodes_.size() - 1);
  }

  // Runs `parse` one level deeper.
  template <class Parse>
  Index deeper(Parse parse) {
    if (++depth_ > kDepthLimit) {
      fail(formatted("the expression is nested deeper than {} levels", kDepthLimit));
    }
    const Index index = error_ ? 0 : parse();
    --depth_;
    return index;
  }

  Index expression(int least) {
    Index left = prefix();
    while (!error_) {
      const auto binary = binary_operator(token_);
      if (binary && binary->precedence >= least) {
        advance();
        const Index right = binary->operation == Operation::power
                                ? deeper([&] { return expression(precedence::kSign); })
                                : expression(binary->precedence + 1);
        left = add({.operation = binary->operation, .children = {left, right}});
      } else if (least <= precedence::kComparison && comparison_ahead()) {
        left = comparisons(left);
      } else if (least <= precedence::kConditional && at("if")) {
        left = conditional(left);
      } else {
        break;
      }
    }
    return left;
  }

  bool comparison_ahead() const {
    return token_.kind == Token::Kind::symbol &&
           (token_.text == "not" ||
            std::ranges::find(kComparisons, token_.text) != kComparisons.end());
  }

  Index comparisons(Index left) {
    ExpressionNode node{.operation = Operation::comparison, .children = {left}};
    while (comparison_ahead()) {
      const std::string word = token_.text;
      advance();
      if (word == "not") {
        expect("in");
        node.comparisons.push_back(Comparison::not_in);
      } else {
        node.comparisons.push_back(
            static_cast<Comparison>(std::ranges::find(kComparisons, word) - kComparisons.begin()));
      }
      node.children.push_back(expression(precedence::kSum));
    }
    return add(std::move(node));
  }

  Index conditional(Index value) {
    advance();
    const Index condition = expression(precedence::kOr);
    expect("else");
    const Index otherwise = deeper([&] { return expression(precedence::kConditional); });
    return add({.operation = Operation::conditional, .children = {value, condition, otherwise}});
  }

  Index prefix() {
    if (accept("not")) {
      return unary(Operation::logical_not, precedence::kNot);
    }
    if (accept("!")) {
      return unary(Operation::logical_not, precedence::kSign);
    }
    if (accept("-")) {
      return unary(Operation::negate, precedence::kSign);
    }
    if (accept("+")) {
      return unary(Operation::plus, precedence::kSign);
    }
    return atom();
  }

  Index unary(Operation operation, int least) {
    const Index operand = deeper([&] { return expression(least); });
    return add({.operation = operation, .children = {operand}});
  }

  Index atom() {
    if (token_.kind == Token::Kind::literal) {
      const Index index = add({.operation = Operation::literal, .value = std::move(token_.value)});
      advance();
      return index;
    }
    if (token_.kind == Token::Kind::name || token_.kind == Token::Kind::quoted_name) {
      return name();
    }
    if (accept("[")) {
      return add({.operation = Operation::list, .children = items("]")});
    }
    if (accept("(")) {
      return group();
    }
    fail("expected a value, not " + shown(token_));
    return 0;
  }

  // "(a)" is a; "(a, b)" a list, as after `in`.
  Index group() {
    std::vector<Index> list;
    list.push_back(deeper([&] { return expression(precedence::kConditional); }));
    if (!at(",")) {
      expect(")");
      return list.front();
    }
    advance();
    for (const Index item : items(")")) {
      list.push_back(item);
    }
    return add({.operation = Operation::list, .children = std::move(list)});
  }

  // Comma-separated items up to and including `closing`.
  std::vector<Index> items(std::string_view closing) {
    std::vector<Index> list;
    while (!error_ && !accept(closing)) {
      list.push_back(deeper([&] { return expression(precedence::kConditional); }));
      if (!at(closing)) {
        expect(",");
      }
    }
    return list;
  }

  Index name() {
    const Token word = token_;
    advance();
    if (word.kind == Token::Kind::name && accept("(")) {
      return call(word);
    }
    if (word.kind == Token::Kind::name &&
        (word.text.ends_with('.') || word.text.find("..") != std::string::npos)) {
      fail_at(word.position, formatted("the name '{}' has an empty part", word.text));
    }
    const auto known = std::ranges::find(out_.names_, word.text);
    const auto index = static_cast<Index>(known - out_.names_.begin());
    if (known == out_.names_.end()) {
      out_.names_.push_back(word.text);
    }
    return add({.operation = Operation::name, .name = index});
  }

  Index call(const Token& word) {
    const auto* const row = std::ranges::find(kFunctions, word.text, &FunctionRow::name);
    if (row == kFunctions.end()) {
      std::vector<std::string> known;
      for (const auto& function : kFunctions) {
        known.emplace_back(function.name);
      }
      fail_at(word.position, unknown_name("function", word.text, known));
      return 0;
    }
    ExpressionNode node{.operation = Operation::call,
                        .function = static_cast<Function>(row - kFunctions.begin()),
                        .children = items(")")};
    const std::size_t given = node.children.size();
    if (given < row->least_arguments || given > row->most_arguments) {
      fail_at(word.position,
              formatted("{} takes {}{} arguments, not {}",
                        word.text,
                        row->least_arguments,
                        row->most_arguments > row->least_arguments
                            ? " to " + std::to_string(row->most_arguments)
                            : "",
                        given));
    }
    return add(std::move(node));
  }

  std::string_view text_;
  ExpressionLexer lexer_;
  Token token_;
  Expression out_;
  std::optional<Error> error_;
  int depth_ = 0;
};

Result<Expression> parse_expression(std::string_view text, std::span<const std::string> known) {
  if (trim(text).empty()) {
    return Error{ErrorCode::invalid_argument, "the expression is empty"};
  }
  return ExpressionParser(text, known).parse();
}

std::string canonical_expression(std::string_view text) {
  if (!find_joined(text).empty()) {
    return std::string(trim(text));
  }
  const auto expression = parse_expression(text);
  return expression ? expression->to_text() : std::string(trim(text));
}

}  // namespace luthier
