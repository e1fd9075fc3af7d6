#include "core/json.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>
#include <ranges>

#include "base/failure.h"
#include "base/format.h"
#include "base/text.h"
#include "base/utf8.h"

namespace luthier {
namespace {

constexpr int kDepthLimit = 64;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// A number that from_chars calls out of range: too large or too close to 0?
double out_of_range_number(std::string_view number) {
  const bool negative = number.starts_with('-');
  number.remove_prefix(negative ? 1 : 0);
  const auto e = std::min(number.find_first_of("eE"), number.size());
  const auto point = std::min(number.find('.'), e);
  const auto first = number.find_first_of("123456789");
  bool large = first < point;
  if (e < number.size()) {
    large = number[e + 1] != '-';
  }
  const double size = large ? std::numeric_limits<double>::infinity() : 0.0;
  return negative ? -size : size;
}

// Tokens of JSON. After the first problem every call fails.
class Scanner {
 public:
  Scanner(std::string_view text, JsonOptions options) : text_(text), options_(options) {}

  bool failed() const { return !problem_.empty(); }
  Error error() const {
    return failure(ErrorCode::invalid_argument,
                   "not JSON at position {}: {}",
                   problem_position_ + 1,
                   problem_);
  }
  bool fail(std::string problem) {
    if (!failed()) {
      problem_ = std::move(problem);
      problem_position_ = position_;
    }
    return false;
  }

  void skip_blanks() {
    while (position_ < text_.size() && (text_[position_] == ' ' || text_[position_] == '\t' ||
                                        text_[position_] == '\n' || text_[position_] == '\r')) {
      ++position_;
    }
  }
  bool at(char c) const { return position_ < text_.size() && text_[position_] == c; }
  bool accept(char c) {
    skip_blanks();
    const bool found = at(c);
    position_ += found ? 1 : 0;
    return found;
  }
  bool expect(char c, const char* where) {
    return accept(c) || fail(formatted("expected '{}' {}", c, where));
  }
  bool end() {
    skip_blanks();
    return position_ == text_.size() || fail("expected the end");
  }
  // After the opening bracket: whether an item follows. `first` is kept by the caller.
  bool more(char closing, bool& first) {
    if (failed() || accept(closing)) {
      return false;
    }
    if (!first && !accept(',')) {
      return fail(formatted("expected ',' or '{}'", closing));
    }
    first = false;
    return true;
  }
  bool key(std::string& out) {
    skip_blanks();
    if (!at('"')) {
      return fail("expected a key in double quotes");
    }
    return text(out) && expect(':', "after a key");
  }

  bool scalar(Value& out) {
    if (at('"')) {
      std::string content;
      if (!text(content)) {
        return false;
      }
      const auto special = options_.special_numbers ? special_number(content) : std::nullopt;
      out = special ? Value(*special) : Value(std::move(content));
      return true;
    }
    if (at('-') || (position_ < text_.size() && is_digit(text_[position_]))) {
      return number(out);
    }
    return word("true", Value(true), out) || word("false", Value(false), out) ||
           word("null", Value(), out) || special_word(out) ||
           fail(position_ == text_.size() ? "expected a value, not the end" : "expected a value");
  }

 private:
  bool word(std::string_view word, Value value, Value& out) {
    if (!text_.substr(position_).starts_with(word)) {
      return false;
    }
    position_ += word.size();
    out = std::move(value);
    return true;
  }

  bool special_word(Value& out) {
    return options_.special_numbers &&
           std::ranges::any_of(std::array{"NaN", "Infinity", "-Infinity"}, [&](const char* name) {
             const auto number = special_number(name);
             return number && word(name, Value(*number), out);
           });
  }

  bool digits() {
    const std::size_t start = position_;
    while (position_ < text_.size() && is_digit(text_[position_])) {
      ++position_;
    }
    return position_ > start || fail("expected a digit");
  }

  bool number(Value& out) {
    if (special_word(out)) {
      return true;
    }
    const std::size_t start = position_;
    position_ += at('-') ? 1 : 0;
    if (at('0') && position_ + 1 < text_.size() && is_digit(text_[position_ + 1])) {
      return fail("a number starts with 0");
    }
    if (!digits()) {
      return false;
    }
    bool whole = true;
    if (at('.')) {
      ++position_;
      whole = false;
      if (!digits()) {
        return false;
      }
    }
    if (at('e') || at('E')) {
      ++position_;
      whole = false;
      position_ += at('+') || at('-') ? 1 : 0;
      if (!digits()) {
        return false;
      }
    }
    out = number_value(text_.substr(start, position_ - start), whole);
    return true;
  }

  static Value number_value(std::string_view text, bool whole) {
    const char* last = text.data() + text.size();
    std::int64_t integer = 0;
    if (whole && std::from_chars(text.data(), last, integer).ec == std::errc()) {
      return Value(integer);
    }
    double real = 0;
    if (std::from_chars(text.data(), last, real).ec == std::errc()) {
      return Value(real);
    }
    return Value(out_of_range_number(text));
  }

  bool text(std::string& out) {
    ++position_;
    bool ascii = true;
    while (position_ < text_.size()) {
      const std::size_t start = position_;
      while (position_ < text_.size() && text_[position_] != '"' && text_[position_] != '\\' &&
             static_cast<unsigned char>(text_[position_]) >= 0x20) {
        ascii = ascii && static_cast<unsigned char>(text_[position_]) < 0x80;
        ++position_;
      }
      out.append(text_, start, position_ - start);
      if (at('"')) {
        ++position_;
        if (!ascii) {
          out = to_utf8(out);
        }
        return true;
      }
      if (position_ < text_.size() && !at('\\')) {
        return fail("a control character inside text");
      }
      if (position_ < text_.size() && !escape(out)) {
        return false;
      }
    }
    return fail("the text has no closing quote");
  }

  bool escape(std::string& out) {
    constexpr std::string_view kEscapes = "\"\\/bfnrt";
    constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
    const char c = position_ + 1 < text_.size() ? text_[position_ + 1] : '\0';
    const auto at = kEscapes.find(c);
    if (c != '\0' && at != std::string_view::npos) {
      out += kMeanings[at];
      position_ += 2;
      return true;
    }
    std::uint32_t code = 0;
    if (!hex(position_, code)) {
      return fail("an unknown escape");
    }
    position_ += 6;
    std::uint32_t low = 0;
    if (code >= 0xD800 && code < 0xDC00 && hex(position_, low) && low >= 0xDC00 && low < 0xE000) {
      position_ += 6;
      code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
    }
    const bool alone = code >= 0xD800 && code < 0xE000;
    append_utf8(out, alone ? 0xFFFD : code);
    return true;
  }

  // "\uXXXX" at `position`.
  bool hex(std::size_t position, std::uint32_t& code) const {
    if (position + 6 > text_.size() || text_[position] != '\\' || text_[position + 1] != 'u') {
      return false;
    }
    const char* last = text_.data() + position + 6;
    const auto [end, error] = std::from_chars(text_.data() + position + 2, last, code, 16);
    return error == std::errc() && end == last;
  }

  std::string_view text_;
  JsonOptions options_;
  std::size_t position_ = 0;
  std::string problem_;
  std::size_t problem_position_ = 0;
};

bool too_deep(Scanner& scanner, int depth) {
  return depth > kDepthLimit &&
         !scanner.fail(formatted("nested deeper than {} levels", kDepthLimit));
}

void read_tree(Scanner& scanner, Json& out, int depth) {
  bool first = true;
  scanner.skip_blanks();
  if (scanner.at('{') || scanner.at('[')) {
    if (too_deep(scanner, depth + 1)) {
      return;
    }
    out.kind = scanner.at('{') ? Json::Kind::object : Json::Kind::list;
  }
  if (out.kind == Json::Kind::object && scanner.accept('{')) {
    while (scanner.more('}', first)) {
      auto& member = out.members.emplace_back();
      if (scanner.key(member.first)) {
        read_tree(scanner, member.second, depth + 1);
      }
    }
  } else if (out.kind == Json::Kind::list && scanner.accept('[')) {
    while (scanner.more(']', first)) {
      read_tree(scanner, out.items.emplace_back(), depth + 1);
    }
  } else {
    scanner.scalar(out.value);
  }
}

class FlatReader {
 public:
  FlatReader(std::string_view text, JsonOptions options) : scanner_(text, options) {}

  Result<NamedValues> read() {
    if (scanner_.expect('{', "at the start of an object")) {
      members({}, 1);
      scanner_.end();
    }
    if (scanner_.failed()) {
      return scanner_.error();
    }
    return named();
  }

 private:
  void members(const std::string& prefix, int depth) {
    if (too_deep(scanner_, depth)) {
      return;
    }
    bool first = true;
    while (scanner_.more('}', first)) {
      std::string name = prefix;
      if (std::string key; prefix.empty() ? scanner_.key(name) : scanner_.key(key)) {
        name += key;
        member(std::move(name), depth);
      }
    }
  }

  void member(std::string name, int depth) {
    if (scanner_.accept('{')) {
      members(name + "/", depth + 1);
      return;
    }
    Value value;
    if (read_value(value, depth)) {
      entries_.emplace_back(std::move(name), std::move(value));
    }
  }

  bool read_value(Value& out, int depth) {
    scanner_.skip_blanks();
    if (scanner_.at('{')) {
      return scanner_.fail("an object inside a list; give it a name of its own");
    }
    if (!scanner_.accept('[')) {
      return scanner_.scalar(out);
    }
    if (too_deep(scanner_, depth + 1)) {
      return false;
    }
    ValueList list;
    bool first = true;
    while (scanner_.more(']', first)) {
      read_value(list.emplace_back(), depth + 1);
    }
    out = Value(std::move(list));
    return !scanner_.failed();
  }

  // Drops repeated names. Sorting keeps this fast for objects of any size.
  NamedValues named() {
    NamedValues out;
    out.reserve(entries_.size());
    constexpr std::size_t kFew = 32;
    if (entries_.size() <= kFew) {
      for (auto& [name, value] : entries_) {
        out.set(name, std::move(value));
      }
      return out;
    }
    std::vector<std::size_t> order(entries_.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(
        order, {}, [&](std::size_t i) -> const std::string& { return entries_[i].first; });
    std::vector<char> repeated(entries_.size());
    for (std::size_t i = 0; i < order.size();) {
      std::size_t last = i;
      while (last + 1 < order.size() &&
             entries_[order[last + 1]].first == entries_[order[i]].first) {
        repeated[order[++last]] = 1;
      }
      if (last > i) {
        entries_[order[i]].second = std::move(entries_[order[last]].second);
      }
      i = last + 1;
    }
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      if (!repeated[i]) {
        out.append(std::move(entries_[i].first), std::move(entries_[i].second));
      }
    }
    return out;
  }

  Scanner scanner_;
  std::vector<NamedValues::Entry> entries_;
};

}  // namespace

std::optional<double> special_number(std::string_view word) {
  if (word == "NaN") {
    return std::numeric_limits<double>::quiet_NaN();
  }
  if (word == "Infinity" || word == "-Infinity") {
    const double infinity = std::numeric_limits<double>::infinity();
    return word[0] == '-' ? -infinity : infinity;
  }
  return std::nullopt;
}

const Json* Json::find(std::string_view key) const {
  // The last one of a name counts.
  const auto backwards = std::views::reverse(members);
  const auto found = std::ranges::find(
      backwards, key, [](const auto& member) { return std::string_view(member.first); });
  return found == backwards.end() ? nullptr : &found->second;
}

std::optional<Value> Json::to_value() const {
  if (kind == Kind::scalar) {
    return value;
  }
  if (kind == Kind::object) {
    return std::nullopt;
  }
  ValueList list;
  for (const Json& item : items) {
    auto each = item.to_value();
    if (!each) {
      return std::nullopt;
    }
    list.push_back(std::move(*each));
  }
  return Value(std::move(list));
}

Result<Json> parse_json(std::string_view text, JsonOptions options) {
  Scanner scanner(text, options);
  Json out;
  read_tree(scanner, out, 0);
  scanner.end();
  if (scanner.failed()) {
    return scanner.error();
  }
  return out;
}

Result<NamedValues> parse_json_object(std::string_view text, JsonOptions options) {
  return FlatReader(text, options).read();
}

}  // namespace luthier
