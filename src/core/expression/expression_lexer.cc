#include "core/expression/expression_lexer.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include "base/failure.h"
#include "base/text.h"
#include "base/try.h"
#include "base/utf8.h"

namespace luthier {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool starts_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool continues_name(char c) {
  return starts_name(c) || is_digit(c) || c == '.';
}

// The code after "\u", or nothing. Surrogates are refused: other characters stand for themselves.
std::optional<std::uint32_t> hex_code(std::string_view digits) {
  std::uint32_t code = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), code, 16);
  const bool whole =
      digits.size() == 4 && error == std::errc() && end == digits.data() + digits.size();
  return whole && (code < 0xD800 || code > 0xDFFF) ? std::optional(code) : std::nullopt;
}

// What is a name, or a number, without anyone's knowing it.
bool is_plain(std::string_view name) {
  return std::ranges::all_of(name, continues_name);
}

constexpr std::array<std::string_view, 6> kLongSymbols = {"**", "//", "<=", ">=", "==", "!="};
constexpr std::string_view kShortSymbols = "()[],+-*/%<>!";

}  // namespace

Error syntax_error(std::string_view text, std::size_t position, std::string_view problem) {
  constexpr std::size_t kShown = 200;
  std::string shown = to_utf8(text.substr(0, kShown));
  shown += text.size() > kShown ? "..." : "";
  return failure(
      ErrorCode::invalid_argument, "at position {} of '{}': {}", position + 1, shown, problem);
}

Result<std::string> read_quoted(std::string_view text, std::size_t& position) {
  const std::size_t start = position;
  const char quote = text[position++];
  std::string out;
  while (position < text.size() && text[position] != quote) {
    if (text[position] != '\\') {
      out += text[position++];
      continue;
    }
    constexpr std::string_view kEscapes = "ntr\\\"'/";
    constexpr std::string_view kMeanings = "\n\t\r\\\"'/";
    const char escape = position + 1 < text.size() ? text[position + 1] : '\0';
    if (const auto code = escape == 'u' ? hex_code(text.substr(position + 2, 4)) : std::nullopt) {
      append_utf8(out, *code);
      position += 6;
    } else if (const auto at = kEscapes.find(escape); escape && at != std::string_view::npos) {
      out += kMeanings[at];
      position += 2;
    } else {
      return syntax_error(text, position, "an unknown escape; write \\\\ for a backslash");
    }
  }
  if (position == text.size()) {
    return syntax_error(text, start, std::string("the text has no closing ") + quote);
  }
  ++position;
  return to_utf8(out) == out ? Result<std::string>(std::move(out)) : no_utf8(text, start);
}

Error no_utf8(std::string_view text, std::size_t position) {
  return syntax_error(text, position, "this text is not UTF-8; write or save it as UTF-8");
}

Result<Token> ExpressionLexer::next() {
  while (position_ < text_.size() &&
         std::string_view(" \t\r\n\f\v").find(text_[position_]) != std::string_view::npos) {
    ++position_;
  }
  if (position_ == text_.size()) {
    return Token{Token::Kind::end, "the end", {}, position_};
  }
  if (const std::string_view known = known_name(); !known.empty()) {
    const std::size_t start = std::exchange(position_, position_ + known.size());
    return Token{Token::Kind::quoted_name, std::string(known), {}, start};
  }
  const char c = text_[position_];
  if (is_digit(c) || (c == '.' && position_ + 1 < text_.size() && is_digit(text_[position_ + 1]))) {
    return number();
  }
  if (c == '"' || c == '\'' || c == '`') {
    return quoted();
  }
  return starts_name(c) ? Result<Token>(name()) : symbol();
}

// The longest known name that begins here and ends where no name goes on. Plain ones need no help.
std::string_view ExpressionLexer::known_name() const {
  const std::string_view rest = text_.substr(position_);
  std::string_view longest;
  for (const std::string& known : known_) {
    if (known.size() <= longest.size() || !rest.starts_with(known) || is_plain(known)) {
      continue;
    }
    const bool goes_on = rest.size() > known.size() && continues_name(known.back()) &&
                         continues_name(rest[known.size()]);
    if (!goes_on) {
      longest = known;
    }
  }
  return longest;
}

Result<Token> ExpressionLexer::number() {
  const char* begin = text_.data() + position_;
  const char* end = text_.data() + text_.size();
  Token token{Token::Kind::literal, {}, {}, position_};
  double real = 0;
  const auto [real_end, real_error] = std::from_chars(begin, end, real);
  std::int64_t integer = 0;
  const auto [integer_end, integer_error] = std::from_chars(begin, end, integer);
  if (real_error != std::errc()) {
    return syntax_error(text_, position_, "the number is outside the range of a double");
  }
  position_ = static_cast<std::size_t>(real_end - text_.data());
  if (position_ < text_.size() && continues_name(text_[position_])) {
    return syntax_error(text_,
                        position_,
                        "a number is followed by a letter or dot; put a name that begins with a "
                        "digit in backquotes");
  }
  const bool whole = integer_end == real_end && integer_error == std::errc();
  token.value = whole ? Value(integer) : Value(real);
  return token;
}

Result<Token> ExpressionLexer::quoted() {
  const std::size_t start = position_;
  if (text_[start] == '`') {
    const auto end = text_.find('`', start + 1);
    if (end == std::string_view::npos || end == start + 1) {
      return syntax_error(text_, start, "a name in backquotes needs a closing backquote");
    }
    position_ = end + 1;
    const std::string_view name = text_.substr(start + 1, end - start - 1);
    return to_utf8(name) == name
               ? Result<Token>(Token{Token::Kind::quoted_name, std::string(name), {}, start})
               : no_utf8(text_, start);
  }
  LUTHIER_TAKE(auto content, read_quoted(text_, position_));
  return Token{Token::Kind::literal, {}, Value(std::move(content)), start};
}

Token ExpressionLexer::name() {
  const std::size_t start = position_;
  while (position_ < text_.size() && continues_name(text_[position_])) {
    ++position_;
  }
  std::string word(text_.substr(start, position_ - start));
  const auto literal = [&](Value value) {
    return Token{Token::Kind::literal, {}, std::move(value), start};
  };
  if (word == "true" || word == "True") {
    return literal(true);
  }
  if (word == "false" || word == "False") {
    return literal(false);
  }
  if (word == "null" || word == "None") {
    return literal(Value());
  }
  if (word == "and" || word == "or" || word == "not" || word == "in" || word == "if" ||
      word == "else") {
    return Token{Token::Kind::symbol, std::move(word), {}, start};
  }
  return Token{Token::Kind::name, std::move(word), {}, start};
}

Result<Token> ExpressionLexer::symbol() {
  const std::size_t start = position_;
  const std::string_view two = text_.substr(start, 2);
  if (two == "&&" || two == "||") {
    position_ += 2;
    return Token{Token::Kind::symbol, two == "&&" ? "and" : "or", {}, start};
  }
  if (std::ranges::find(kLongSymbols, two) != kLongSymbols.end()) {
    position_ += 2;
    return Token{Token::Kind::symbol, std::string(two), {}, start};
  }
  if (kShortSymbols.find(text_[start]) != std::string_view::npos) {
    ++position_;
    return Token{Token::Kind::symbol, std::string(1, text_[start]), {}, start};
  }
  if (text_[start] == '=') {
    return syntax_error(text_, start, "a single '='; compare with '=='");
  }
  if (text_[start] == '^') {
    return syntax_error(text_, start, "'^' is not an operator; write a power as '**'");
  }
  return syntax_error(text_, start, "an unexpected character");
}

}  // namespace luthier
