// Reading "loguniform(1e-5, 1e-1) if optimizer == 'sgd'". Values need no quotes where they are one
// word; everything else about text is as in expressions.
#include "core/domain_text.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/text.h"
#include "core/expression.h"
#include "core/expression_lexer.h"

namespace luthier {
namespace {

constexpr int kDepthLimit = 64;

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}
bool ends_word(char c) {
  return is_blank(c) || std::string_view(",()[]{}\"'=`;").find(c) != std::string_view::npos;
}

// What other tools call our distributions.
std::optional<std::string_view> other_spelling(std::string_view word) {
  struct Row {
    std::string_view theirs;
    std::string_view ours;
  };
  static constexpr std::array<Row, 30> kRows = {{
      {"categorical", "choice"},
      {"grid_search", "grid"},
      {"sample_from", "expr"},
      {"expression", "expr"},
      {"eval", "expr"},
      {"randn", "normal"},
      {"qrandn", "qnormal"},
      {"gaussian", "normal"},
      {"log_uniform", "loguniform"},
      {"uniform_log", "loguniform"},
      {"loguniform_int", "lograndint"},
      {"log_uniform_values", "loguniform"},
      {"q_uniform", "quniform"},
      {"q_log_uniform", "qloguniform"},
      {"q_log_uniform_values", "qloguniform"},
      {"int", "randint"},
      {"integer", "randint"},
      {"int_uniform", "randint"},
      {"uniform_int", "randint"},
      {"uniformint", "randint"},
      {"float", "uniform"},
      {"real", "uniform"},
      {"discrete_uniform", "quniform"},
      {"discrete", "choice"},
      {"pchoice", "choice"},
      {"values", "choice"},
      {"value", "constant"},
      {"const", "constant"},
      {"ordinal", "choice"},
      {"finrange", "quniform"},
  }};
  const auto dot = word.rfind('.');
  word = dot == std::string_view::npos ? word : word.substr(dot + 1);
  word = word.starts_with("suggest_") ? word.substr(8) : word;
  if (const auto own = std::ranges::find(kDomainWords, word, &DomainWord::word);
      own != kDomainWords.end()) {
    return own->word;
  }
  const auto row = std::ranges::find(kRows, word, &Row::theirs);
  return row == kRows.end() ? std::nullopt : std::optional(row->ours);
}

std::string unknown_distribution(std::string_view word) {
  std::vector<std::string> known;
  for (const auto& each : kDomainWords) {
    known.emplace_back(each.word);
  }
  if (const auto ours = other_spelling(word)) {
    return "no distribution '" + std::string(word) + "'; did you mean '" + std::string(*ours) +
           "'? known: " + join(known, ", ");
  }
  return unknown_name("distribution", word, known);
}

class DomainReader {
 public:
  explicit DomainReader(std::string_view text) : text_(text) {}

  Result<Domain> domain() {
    skip_blanks();
    if (position_ == text_.size()) {
      return fail("a distribution or a value is missing, as in uniform(0, 1)");
    }
    const std::size_t start = position_;
    while (position_ < text_.size() && !ends_word(text_[position_])) {
      ++position_;
    }
    const std::string_view word = text_.substr(start, position_ - start);
    skip_blanks();
    if (!word.empty() && at('(')) {
      return call(word, start);
    }
    position_ = start;
    auto value = read_value(0);
    if (!value) {
      return value.error();
    }
    const auto* list = value->list();
    return list ? choice(*list) : constant(std::move(*value));
  }

  // The condition after `if`, or nothing; fails when anything else follows.
  Result<std::string> condition() {
    skip_blanks();
    const std::string_view rest = text_.substr(position_);
    if (rest.empty()) {
      return std::string();
    }
    if (!rest.starts_with("if") || (rest.size() > 2 && !is_blank(rest[2]) && rest[2] != '(')) {
      return fail("expected 'if' or the end; text with blanks or punctuation stands in quotes");
    }
    const auto parsed = parse_expression(rest.substr(2));
    if (!parsed) {
      return Error{ErrorCode::invalid_argument,
                   "the condition can't be read " + parsed.error().message};
    }
    return parsed->to_text();
  }

  Result<> end() {
    skip_blanks();
    if (position_ < text_.size()) {
      return fail("expected the end; text with blanks or punctuation stands in quotes");
    }
    return {};
  }

 private:
  bool at(char c) const { return position_ < text_.size() && text_[position_] == c; }
  void skip_blanks() {
    while (position_ < text_.size() && is_blank(text_[position_])) {
      ++position_;
    }
  }
  Error fail(std::string_view problem) const { return syntax_error(text_, position_, problem); }

  Result<Domain> call(std::string_view word, std::size_t start) {
    const auto known = std::ranges::find(kDomainWords, word, &DomainWord::word);
    if (known == kDomainWords.end()) {
      return syntax_error(text_, start, unknown_distribution(word));
    }
    ++position_;
    if (known->kind == DomainKind::expression) {
      return formula();
    }
    auto arguments = read_list(')', 0);
    if (!arguments) {
      return arguments.error();
    }
    return known->count > 0 ? numeric(*known, *arguments, start)
                            : listed(*known, std::move(*arguments), start);
  }

  Result<Domain> numeric(const DomainWord& word, const ValueList& arguments, std::size_t start) {
    if (arguments.size() != word.count) {
      return syntax_error(text_,
                          start,
                          std::string(word.word) + " takes " + std::to_string(word.count) +
                              " numbers (" + std::string(word.arguments) + "), not " +
                              std::to_string(arguments.size()));
    }
    std::array<double, 3> numbers{};
    for (std::size_t i = 0; i < arguments.size(); ++i) {
      const auto number = arguments[i].boolean() ? std::nullopt : arguments[i].number();
      if (!number) {
        return syntax_error(text_,
                            start,
                            std::string(word.word) + " takes numbers (" +
                                std::string(word.arguments) + "), not " +
                                literal_text(arguments[i]));
      }
      numbers[i] = *number;
    }
    return Domain{.kind = word.kind, .low = numbers[0], .high = numbers[1], .step = numbers[2]};
  }

  // `choice([16, 32])` lists the values as `choice(16, 32)` does.
  Result<Domain> listed(const DomainWord& word, ValueList arguments, std::size_t start) {
    if (word.kind == DomainKind::constant) {
      if (arguments.size() != 1) {
        return syntax_error(
            text_, start, "constant takes 1 value, not " + std::to_string(arguments.size()));
      }
      return constant(std::move(arguments[0]));
    }
    if (arguments.size() == 1 && arguments[0].list()) {
      arguments = ValueList(*arguments[0].list());
    }
    return Domain{.kind = word.kind, .values = std::move(arguments)};
  }

  Result<Domain> formula() {
    const std::size_t start = position_;
    int depth = 1;
    char quote = '\0';
    for (; position_ < text_.size(); ++position_) {
      const char c = text_[position_];
      if (quote != '\0') {
        position_ += c == '\\' && quote != '`' ? 1 : 0;
        quote = c == quote ? '\0' : quote;
      } else if (c == '"' || c == '\'' || c == '`') {
        quote = c;
      } else if (c == '(') {
        ++depth;
      } else if (c == ')' && --depth == 0) {
        break;
      }
    }
    if (position_ >= text_.size()) {
      position_ = text_.size();
      return fail("expr( has no closing ')'");
    }
    const auto parsed = parse_expression(text_.substr(start, position_++ - start));
    if (!parsed) {
      return Error{ErrorCode::invalid_argument,
                   "the formula can't be read " + parsed.error().message};
    }
    return expression(parsed->to_text());
  }

  // Values up to and including `closing`.
  Result<ValueList> read_list(char closing, int depth) {
    ValueList list;
    skip_blanks();
    while (!at(closing)) {
      auto value = read_value(depth);
      if (!value) {
        return value.error();
      }
      list.push_back(std::move(*value));
      skip_blanks();
      if (at(',')) {
        ++position_;
        skip_blanks();
      } else if (!at(closing)) {
        return fail(std::string("expected ',' or '") + closing +
                    "'; text with blanks or punctuation stands in quotes");
      }
    }
    ++position_;
    return list;
  }

  Result<Value> read_value(int depth) {
    skip_blanks();
    if (at('"') || at('\'')) {
      auto text = read_quoted(text_, position_);
      return text ? Result<Value>(Value(std::move(*text))) : text.error();
    }
    if (at('[')) {
      if (depth == kDepthLimit) {
        return fail("lists are nested deeper than " + std::to_string(kDepthLimit) + " levels");
      }
      ++position_;
      auto list = read_list(']', depth + 1);
      return list ? Result<Value>(Value(std::move(*list))) : list.error();
    }
    return read_word();
  }

  Result<Value> read_word() {
    const std::size_t start = position_;
    while (position_ < text_.size() && !ends_word(text_[position_])) {
      ++position_;
    }
    const std::string_view word = text_.substr(start, position_ - start);
    if (word.empty()) {
      return fail(position_ == text_.size() ? "a value is missing before the end"
                                            : "expected a value; text with punctuation stands in "
                                              "quotes");
    }
    return word_value(word, start);
  }

  Result<Value> word_value(std::string_view word, std::size_t start) const {
    if (word == "true" || word == "True") {
      return Value(true);
    }
    if (word == "false" || word == "False") {
      return Value(false);
    }
    if (word == "null" || word == "None") {
      return Value();
    }
    if (const auto integer = parse_integer(word)) {
      return Value(*integer);
    }
    const bool digits = word.find_first_not_of("+-0123456789") == std::string_view::npos;
    const auto number = parse_number(word);
    if (number && digits) {
      return syntax_error(text_, start, "the integer does not fit into 64 bits");
    }
    if (number) {
      return Value(*number);
    }
    double ignored = 0;
    const auto read = std::from_chars(word.data(), word.data() + word.size(), ignored);
    if (read.ec == std::errc::result_out_of_range && read.ptr == word.data() + word.size()) {
      return syntax_error(text_, start, "the number is outside the range of a double");
    }
    return Value(word);
  }

  std::string_view text_;
  std::size_t position_ = 0;
};

}  // namespace

Result<Domain> Space::parse_domain(std::string_view text) {
  DomainReader reader(text);
  auto domain = reader.domain();
  if (!domain) {
    return domain;
  }
  if (const auto end = reader.end(); !end) {
    return end.error();
  }
  return domain;
}

Result<> Space::add_text(std::string_view text) {
  const auto equals = text.find('=');
  const std::string name(trim(text.substr(0, equals)));
  if (equals == std::string_view::npos || name.empty()) {
    return Error{ErrorCode::invalid_argument,
                 "the parameter '" + to_utf8(text.substr(0, 200)) +
                     "' has no NAME=; write NAME=DISTRIBUTION, as in lr=loguniform(1e-5, 1e-1)"};
  }
  const auto in_parameter = [&](const Error& error) {
    return Error{error.code, "parameter '" + to_utf8(name.substr(0, 200)) + "': " + error.message};
  };
  DomainReader reader(text.substr(equals + 1));
  auto domain = reader.domain();
  if (!domain) {
    return in_parameter(domain.error());
  }
  auto condition = reader.condition();
  if (!condition) {
    return in_parameter(condition.error());
  }
  parameters_.push_back(
      {.name = name, .domain = std::move(*domain), .condition = std::move(*condition)});
  return {};
}

std::string to_text(const Domain& domain) {
  const auto& word = kDomainWords[static_cast<std::size_t>(domain.kind)];
  std::string out(word.word);
  out += '(';
  if (domain.kind == DomainKind::expression) {
    out += domain.formula;
  } else if (word.count > 0) {
    out += format_number(domain.low) + ", " + format_number(domain.high);
    out += word.count == 3 ? ", " + format_number(domain.step) : "";
  } else {
    // A single list would be read as the list of the values.
    const bool wrap = domain.kind != DomainKind::constant && domain.values.size() == 1 &&
                      domain.values[0].list() != nullptr;
    const std::string list = literal_text(Value(domain.values));
    out += wrap ? list : list.substr(1, list.size() - 2);
  }
  return out + ")";
}

std::string to_text(const Parameter& parameter) {
  std::string out = parameter.name + "=" + to_text(parameter.domain);
  return parameter.condition.empty() ? out : out + " if " + parameter.condition;
}

}  // namespace luthier
