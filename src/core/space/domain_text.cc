// Reading "loguniform(1e-5, 1e-1) if optimizer == 'sgd'". Values need no quotes where they are one
// word; everything else about text is as in expressions.
#include "core/space/domain_text.h"

#include <algorithm>
#include <optional>

#include "base/failure.h"
#include "base/format.h"
#include "base/text.h"
#include "base/try.h"
#include "core/expression/expression.h"
#include "core/expression/expression_lexer.h"
#include "core/space/space_guess.h"
#include "core/value_text.h"

namespace luthier {
namespace {

constexpr std::string_view kIsNoValue = "is not a value";
constexpr std::string_view kQuoteIt = "; put text with spaces or punctuation in quotes";

// What other tools call our distributions.
std::optional<std::string_view> other_spelling(std::string_view word) {
  struct Row {
    std::string_view theirs;
    std::string_view ours;
  };
  static constexpr std::array<Row, 35> kRows = {{
      {"store_true", "flag"},
      {"switch", "flag"},
      {"bool", "flag"},
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
      {"log", "loguniform"},
      {"range", "randint"},
  }};
  const auto dot = word.rfind('.');
  word = dot == std::string_view::npos ? word : word.substr(dot + 1);
  word = word.starts_with("suggest_") ? word.substr(8) : word;
  if (const auto* const own = std::ranges::find(kDomainWords, word, &DomainWord::word);
      own != kDomainWords.end()) {
    return own->word;
  }
  const auto* const row = std::ranges::find(kRows, word, &Row::theirs);
  return row == kRows.end() ? std::nullopt : std::optional(row->ours);
}

std::string unknown_distribution(std::string_view word) {
  std::vector<std::string> known;
  for (const auto& each : kDomainWords) {
    known.emplace_back(each.word);
  }
  if (const auto ours = other_spelling(word)) {
    return formatted(
        "no distribution '{}'; did you mean '{}'? known: {}", word, *ours, join(known, ", "));
  }
  return unknown_name("distribution", word, known);
}

// "0.1..1", "1:10" and "0.1-1" as the distribution that draws from this range.
std::optional<std::string> range_meant(std::string_view word) {
  for (const std::string_view between : {"..", ":", "-"}) {
    for (auto at = word.find(between, 1); at < word.size(); at = word.find(between, at + 1)) {
      const auto low = parse_number(word.substr(0, at));
      const auto high = parse_number(word.substr(at + between.size()));
      if (low && high) {
        const bool whole = parse_integer(word.substr(0, at)).has_value() &&
                           parse_integer(word.substr(at + between.size())).has_value();
        const bool wide = *low > 0 && *high / *low >= 100;  // more likely a scale than a range
        return formatted("{}{}, {})",
                         whole  ? "randint("
                         : wide ? "loguniform("
                                : "uniform(",
                         format_number(*low),
                         format_number(whole ? *high + 1 : *high));
      }
    }
  }
  return std::nullopt;
}

// What a bare word is meant to be that would otherwise become a constant text without a notice.
std::optional<std::string> distribution_meant(std::string_view word) {
  const auto* const known = std::ranges::find(kDomainWords, word, &DomainWord::word);
  if (known != kDomainWords.end()) {
    return formatted(
        "{}({})", word, known->count > 0 ? std::string(known->arguments) : std::string("..."));
  }
  if (auto range = range_meant(word)) {
    return range;
  }
  const auto values = split(word, '|');
  const bool all = std::ranges::none_of(values, [](const auto& value) { return value.empty(); });
  return values.size() > 1 && all ? std::optional(formatted("choice({})", join(values, ", ")))
                                  : std::nullopt;
}

// Where the ')' is that closes a '(' before `text`; parentheses inside quotes don't count.
std::optional<std::size_t> closing_parenthesis(std::string_view text) {
  int depth = 1;
  char quote = '\0';
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quote != '\0') {
      i += c == '\\' && quote != '`' ? 1 : 0;
      quote = c == quote ? '\0' : quote;
    } else if (c == '"' || c == '\'' || c == '`') {
      quote = c;
    } else if (c == '(') {
      ++depth;
    } else if (c == ')' && --depth == 0) {
      return i;
    }
  }
  return std::nullopt;
}

// `value` with the words of Python that `domain` has; anything else as `otherwise` writes it.
std::string in_words(const Domain& domain,
                     const Value& value,
                     std::string (*otherwise)(const Value&)) {
  if (const auto* list = value.list()) {
    std::string out = "[";
    for (const Value& item : *list) {
      out += out.size() > 1 ? ", " : "";
      out += in_words(domain, item, literal_text);
    }
    return out + "]";
  }
  if (value.is_null() && domain.python.none_word) {
    return "None";
  }
  const bool* boolean = value.boolean();
  if (boolean != nullptr && (*boolean ? domain.python.true_word : domain.python.false_word)) {
    return *boolean ? "True" : "False";
  }
  return otherwise(value);
}

class DomainReader {
 public:
  explicit DomainReader(std::string_view text) : reader_(text) {}

  Result<Domain> domain() {
    auto read = bare_domain();
    if (read) {
      read->python = reader_.python();
    }
    return read;
  }

  // The condition after `if`, or nothing; fails when anything else follows.
  Result<std::string> condition() {
    const std::string_view word = reader_.peek_word();
    if (reader_.at_end()) {
      return std::string();
    }
    if (reader_.at(',')) {
      return reader_.fail("expected 'if' or the end; write several values as choice(A, B)");
    }
    if (word != "if") {
      return reader_.fail("expected 'if' or the end" + std::string(kQuoteIt));
    }
    const auto parsed = parse_expression(reader_.rest().substr(word.size()));
    if (!parsed) {
      return Error{ErrorCode::invalid_argument,
                   "the condition can't be read: " + parsed.error().message};
    }
    return canonical_expression(reader_.rest().substr(word.size()));
  }

  Result<> end() {
    reader_.skip_blanks();
    if (!reader_.at_end()) {
      return reader_.fail("expected the end" + std::string(kQuoteIt));
    }
    return {};
  }

 private:
  Result<Domain> bare_domain() {
    const std::string_view word = reader_.peek_word();
    const std::size_t start = reader_.position();
    if (reader_.at_end()) {
      return reader_.fail("a distribution or a value is missing, as in uniform(0, 1)");
    }
    reader_.move_to(start + word.size());
    if (!word.empty() && reader_.accept('(')) {
      return call(word, start);
    }
    reader_.move_to(start);
    LUTHIER_TAKE(auto value, reader_.read_value());
    const auto* const text = value.text();
    if (text != nullptr && *text == word) {
      if (const auto meant = distribution_meant(word)) {
        return fail_at(
            start,
            formatted("'{}' {}; did you mean {}? put text in quotes", word, kIsNoValue, *meant));
      }
    }
    const auto* list = value.list();
    return list ? choice(*list) : constant(std::move(value));
  }

  Error fail_at(std::size_t start, std::string_view problem) const {
    return syntax_error(reader_.text(), start, problem);
  }

  Result<Domain> call(std::string_view word, std::size_t start) {
    const auto* const known = std::ranges::find(kDomainWords, word, &DomainWord::word);
    if (known == kDomainWords.end()) {
      return fail_at(start, unknown_distribution(word));
    }
    if (known->kind == DomainKind::expression) {
      return formula();
    }
    LUTHIER_TAKE(auto arguments, reader_.read_list(')'));
    return known->count > 0 ? numeric(*known, arguments, start)
                            : listed(*known, std::move(arguments), start);
  }

  Result<Domain> numeric(const DomainWord& word, const ValueList& arguments, std::size_t start) {
    const std::string takes =
        formatted("{} takes {} numbers ({}), not ", word.word, word.count, word.arguments);
    if (arguments.size() != word.count) {
      return fail_at(start, takes + std::to_string(arguments.size()));
    }
    std::array<double, 3> numbers{};
    for (std::size_t i = 0; i < arguments.size(); ++i) {
      const auto number = arguments[i].boolean() ? std::nullopt : arguments[i].number();
      if (!number) {
        return fail_at(start, takes + literal_text(arguments[i]));
      }
      numbers[i] = *number;
    }
    return Domain{.kind = word.kind, .low = numbers[0], .high = numbers[1], .step = numbers[2]};
  }

  // `choice([16, 32])` lists the values as `choice(16, 32)` does.
  Result<Domain> listed(const DomainWord& word, ValueList arguments, std::size_t start) {
    if (word.kind == DomainKind::constant) {
      if (arguments.size() != 1) {
        return fail_at(start, "constant takes 1 value, not " + std::to_string(arguments.size()));
      }
      return constant(std::move(arguments[0]));
    }
    if (word.kind == DomainKind::flag || word.kind == DomainKind::secret) {
      return worded(word.kind, arguments, start);
    }
    if (arguments.size() == 1 && arguments[0].list()) {
      arguments = ValueList(*arguments[0].list());
    }
    return Domain{.kind = word.kind, .values = std::move(arguments)};
  }

  Result<Domain> worded(DomainKind kind, const ValueList& arguments, std::size_t start) {
    std::vector<std::string> words;
    for (const Value& argument : arguments) {
      if (const auto* text = argument.text()) {
        words.push_back(*text);
      }
    }
    const bool texts = words.size() == arguments.size() && !words.empty();
    if (kind == DomainKind::secret) {
      return texts ? Result<Domain>(secret(words))
                   : fail_at(start,
                             "secret takes names of environment variables, as in "
                             "secret(API_TOKEN); its content is never stored");
    }
    if (!texts || words.size() > 2) {
      return fail_at(start,
                     "flag takes the argument that is present or absent, and optionally one for "
                     "off, as in flag(\"--amp\") or flag(\"--amp\", \"--no-amp\")");
    }
    Domain domain = flag(words[0]);
    domain.words = std::move(words);
    return domain;
  }

  Result<Domain> formula() {
    const auto length = closing_parenthesis(reader_.rest());
    if (!length) {
      return reader_.fail("expr( has no closing ')'");
    }
    const std::string text(reader_.rest().substr(0, *length));
    const auto parsed = parse_expression(text);
    if (!parsed) {
      return Error{ErrorCode::invalid_argument,
                   "the formula can't be read: " + parsed.error().message};
    }
    reader_.move_to(reader_.position() + *length + 1);
    return expression(text);
  }

  ValueReader reader_;
};

}  // namespace

Result<Domain> Space::parse_domain(std::string_view text) {
  DomainReader reader(text);
  auto domain = reader.domain();
  if (!domain) {
    return domain;
  }
  LUTHIER_TRY(reader.end());
  return domain;
}

Result<Parameter> parse_parameter(std::string_view name, std::string_view text) {
  const auto in_parameter = [&](const Error& error) {
    std::string problem = error.message;
    const auto meant = meant_domain(text);
    const auto said = problem.find("; did you mean");
    // "uniform[0, 1]" begins with a word that is no value; more is known of the whole.
    if (meant && (said == std::string::npos || problem.find(kIsNoValue) < said)) {
      problem = formatted("{}; did you mean {}?", problem.substr(0, said), *meant);
    }
    return failure(error.code, "parameter '{}': {}", to_utf8(name.substr(0, 200)), problem);
  };
  DomainReader reader(text);
  auto domain = reader.domain();
  if (!domain) {
    return in_parameter(domain.error());
  }
  auto condition = reader.condition();
  if (!condition) {
    return in_parameter(condition.error());
  }
  return Parameter{
      .name = std::string(name), .domain = std::move(*domain), .condition = std::move(*condition)};
}

Result<Parameter> make_parameter(std::string_view name, const Value& value) {
  if (const auto* text = value.text()) {
    return parse_parameter(name, *text);
  }
  const auto* list = value.list();
  return Parameter{.name = std::string(name), .domain = list ? choice(*list) : constant(value)};
}

Result<> Space::add_text(std::string_view text) {
  const auto equals = text.find('=');
  const std::string_view name = trim(text.substr(0, equals));
  if (equals == std::string_view::npos || name.empty()) {
    const auto meant = meant_parameter(text);
    return failure(ErrorCode::invalid_argument,
                   "the parameter '{}' has no NAME=; {}",
                   to_utf8(text.substr(0, 200)),
                   meant ? formatted("did you mean {}?", *meant)
                         : "write NAME=DISTRIBUTION, as in lr=loguniform(1e-5, 1e-1)");
  }
  LUTHIER_TAKE(auto parameter, parse_parameter(name, text.substr(equals + 1)));
  parameters_.push_back(std::move(parameter));
  return {};
}

std::string to_text(const Domain& domain) {
  const auto& word = kDomainWords[static_cast<std::size_t>(domain.kind)];
  std::string out(word.word);
  out += '(';
  if (domain.kind == DomainKind::expression) {
    out += domain.formula;
  } else if (word.count > 0) {
    out += formatted("{}, {}", format_number(domain.low), format_number(domain.high));
    out += word.count == 3 ? ", " + format_number(domain.step) : "";
  } else {
    // A single list would be read as the list of the values.
    const bool wrap = domain.kind != DomainKind::constant && domain.values.size() == 1 &&
                      domain.values[0].list() != nullptr;
    const ValueList listed = domain.kind == DomainKind::flag
                                 ? ValueList(domain.words.begin(), domain.words.end())
                                 : domain.values;
    const std::string list = in_words(domain, Value(listed), literal_text);
    out += wrap ? list : list.substr(1, list.size() - 2);
  }
  return out + ")";
}

std::string as_typed(const Domain& domain, const Value& value) {
  return in_words(domain, value, [](const Value& each) { return to_text(each); });
}

std::string to_text(const Parameter& parameter) {
  const std::string out = formatted("{}={}", parameter.name, to_text(parameter.domain));
  return parameter.condition.empty() ? out : formatted("{} if {}", out, parameter.condition);
}

}  // namespace luthier
