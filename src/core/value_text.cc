#include "core/value_text.h"

#include <charconv>

#include "base/format.h"
#include "base/text.h"
#include "base/try.h"
#include "core/expression/expression.h"
#include "core/expression/expression_lexer.h"

namespace luthier {
namespace {

constexpr int kDepthLimit = 64;

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}
bool ends_word(char c) {
  return is_blank(c) || std::string_view(",()[]{}\"'=`;").find(c) != std::string_view::npos;
}

}  // namespace

void ValueReader::skip_blanks() {
  while (position_ < text_.size() && is_blank(text_[position_])) {
    ++position_;
  }
}

bool ValueReader::accept(char c) {
  skip_blanks();
  const bool found = at(c);
  position_ += found ? 1 : 0;
  return found;
}

std::string_view ValueReader::peek_word() {
  skip_blanks();
  std::size_t end = position_;
  while (end < text_.size() && !ends_word(text_[end])) {
    ++end;
  }
  return text_.substr(position_, end - position_);
}

Error ValueReader::fail(std::string_view problem) const {
  return syntax_error(text_, position_, problem);
}

Result<ValueList> ValueReader::read_list(char closing, int depth) {
  ValueList list;
  skip_blanks();
  while (!at(closing)) {
    LUTHIER_TAKE(auto value, read_value(depth));
    list.push_back(std::move(value));
    skip_blanks();
    if (at(',')) {
      ++position_;
      skip_blanks();
    } else if (!at(closing)) {
      return fail(formatted("expected ',' or '{}'; put text with spaces or punctuation in quotes",
                            closing));
    }
  }
  ++position_;
  return list;
}

Result<Value> ValueReader::read_value(int depth) {
  skip_blanks();
  if (at('"') || at('\'')) {
    auto text = read_quoted(text_, position_);
    return text ? Result<Value>(Value(std::move(*text))) : text.error();
  }
  if (at('[')) {
    if (depth == kDepthLimit) {
      return fail(formatted("lists are nested deeper than {} levels", kDepthLimit));
    }
    ++position_;
    auto list = read_list(']', depth + 1);
    return list ? Result<Value>(Value(std::move(*list))) : list.error();
  }
  return read_word();
}

Result<Value> ValueReader::read_word() {
  const std::string_view word = peek_word();
  if (word.empty()) {
    return fail(at_end() ? "a value is missing before the end"
                         : "expected a value; text with punctuation stands in quotes");
  }
  const std::size_t start = position_;
  position_ += word.size();
  return word_value(word, start);
}

Result<Value> ValueReader::word_value(std::string_view word, std::size_t start) {
  python_.true_word |= word == "True";
  python_.false_word |= word == "False";
  python_.none_word |= word == "None";
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
  if (const auto number = parse_number(word)) {
    return Value(*number);
  }
  double ignored = 0;
  const auto read = std::from_chars(word.data(), word.data() + word.size(), ignored);
  if (read.ec == std::errc::result_out_of_range && read.ptr == word.data() + word.size()) {
    return syntax_error(text_, start, "the number is outside the range of a double");
  }
  if (to_utf8(word) != word) {
    return no_utf8(text_, start);
  }
  return Value(word);
}

std::string value_text(const Value& value) {
  if (const auto* text = value.text()) {
    ValueReader reader(*text);
    const auto read = reader.read_value();
    if (read && reader.at_end() && *read == value) {
      return *text;
    }
  }
  return literal_text(value);
}

}  // namespace luthier
