#include "executors/results/lines/record_reader.h"

#include <charconv>
#include <limits>
#include <string>
#include <unordered_set>
#include <utility>

#include "base/format.h"
#include "base/text.h"
#include "base/utf8.h"

namespace luthier {
namespace {

constexpr int kDeepest = 32;

// Numbers that no double holds: -Infinity, 1e999, 1e-999.
std::optional<Value> beyond_doubles(std::string_view digits) {
  const bool negative = digits.starts_with('-');
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if (digits == "-Infinity") {
    return Value(-kInfinity);
  }
  double ignored = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), ignored);
  if (error != std::errc::result_out_of_range || end != digits.data() + digits.size()) {
    return std::nullopt;
  }
  const auto exponent = digits.find_first_of("eE");
  const bool tiny = exponent != std::string_view::npos
                        ? digits.substr(exponent + 1).starts_with('-')
                        : digits.find_first_of("123456789") > digits.find('.');
  const double size = tiny ? 0 : kInfinity;
  return Value(negative ? -size : size);
}

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '.';
}

class Reader {
 public:
  Reader(std::string_view text, bool lists) : text_(text), lists_(lists) {}

  bool object(const std::string& prefix, NamedValues& out, int depth);
  std::size_t position() const { return at_; }

 private:
  void skip_space();
  bool take(char c);
  bool value(const std::string& name, NamedValues& out, int depth);
  bool begins_objects() const;
  bool objects(const std::string& name, NamedValues& out, int depth);
  void add(const std::string& name, Value value, NamedValues& out);
  std::optional<Value> scalar_or_list(int depth);
  std::optional<Value> list(char end, int depth);
  std::optional<Value> number();
  std::optional<Value> word(int depth);
  std::optional<std::string> quoted();
  bool escape(std::string& out);
  std::optional<std::uint32_t> hex4();
  bool skip_call();

  std::string_view text_;
  const bool lists_;
  std::size_t at_ = 0;
  std::unordered_set<std::string> places_;  // once there are many names
};

void Reader::skip_space() {
  while (at_ < text_.size() &&
         std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos) {
    ++at_;
  }
}

bool Reader::take(char c) {
  skip_space();
  if (at_ < text_.size() && text_[at_] == c) {
    ++at_;
    return true;
  }
  return false;
}

bool Reader::object(const std::string& prefix, NamedValues& out, int depth) {
  if (depth > kDeepest || !take('{')) {
    return false;
  }
  while (!take('}')) {
    skip_space();
    const auto name = quoted();
    if (!name || !take(':') || !value(prefix + *name, out, depth)) {
      return false;
    }
    if (!take(',')) {
      return take('}');
    }
  }
  return true;
}

bool Reader::value(const std::string& name, NamedValues& out, int depth) {
  skip_space();
  if (at_ < text_.size() && text_[at_] == '{') {
    return object(name + "/", out, depth + 1);
  }
  if (lists_ && begins_objects()) {
    return objects(name, out, depth + 1);
  }
  auto read = scalar_or_list(depth);
  if (!read) {
    return false;
  }
  if (const auto* text = read->text(); text != nullptr) {
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    if (*text == "NaN") {
      read = std::numeric_limits<double>::quiet_NaN();
    } else if (*text == "Infinity") {
      read = kInfinity;
    } else if (*text == "-Infinity") {
      read = -kInfinity;
    }
  }
  add(name, *std::move(read), out);
  return true;
}

// Like NamedValues::set, which looks through all names, but fast for many.
void Reader::add(const std::string& name, Value value, NamedValues& out) {
  constexpr std::size_t kFew = 32;
  if (out.size() < kFew) {
    out.set(name, std::move(value));
    return;
  }
  if (places_.empty()) {
    for (const auto& entry : out) {
      places_.insert(entry.first);
    }
  }
  if (places_.insert(name).second) {
    out.append(name, std::move(value));
  } else {
    out.set(name, std::move(value));
  }
}

// Whether a list of objects begins here.
bool Reader::begins_objects() const {
  if (at_ >= text_.size() || text_[at_] != '[') {
    return false;
  }
  const auto next = text_.find_first_not_of(" \t\r\n", at_ + 1);
  return next != std::string_view::npos && text_[next] == '{';
}

bool Reader::objects(const std::string& name, NamedValues& out, int depth) {
  take('[');
  for (int i = 0; !take(']'); ++i) {
    if (depth > kDeepest || !object(formatted("{}/{}/", name, i), out, depth)) {
      return false;
    }
    if (!take(',')) {
      return take(']');
    }
  }
  return true;
}

std::optional<Value> Reader::scalar_or_list(int depth) {
  skip_space();
  if (depth > kDeepest || at_ >= text_.size()) {
    return std::nullopt;
  }
  const char c = text_[at_];
  if (c == '"' || c == '\'') {
    if (auto text = quoted()) {
      return Value(*std::move(text));
    }
    return std::nullopt;
  }
  if (c == '[' || c == '(') {
    ++at_;
    return list(c == '[' ? ']' : ')', depth + 1);
  }
  if (c == '{') {  // an object in a list: kept as the text it is
    const std::size_t start = at_;
    NamedValues ignored;
    if (!object("", ignored, depth + 1)) {
      return std::nullopt;
    }
    return Value(to_utf8(text_.substr(start, at_ - start)));
  }
  if (c == '-' || c == '+' || c == '.' || (c >= '0' && c <= '9')) {
    return number();
  }
  return word(depth);
}

std::optional<Value> Reader::list(char end, int depth) {
  ValueList values;
  while (!take(end)) {
    auto element = scalar_or_list(depth);
    if (!element) {
      return std::nullopt;
    }
    values.push_back(*std::move(element));
    if (!take(',')) {
      if (!take(end)) {
        return std::nullopt;
      }
      break;
    }
  }
  return Value(std::move(values));
}

std::optional<Value> Reader::number() {
  std::size_t end = at_;
  while (end < text_.size() && (is_word(text_[end]) || text_[end] == '-' || text_[end] == '+')) {
    ++end;
  }
  const std::string_view digits = text_.substr(at_, end - at_);
  at_ = end;
  return read_number(digits);
}

std::optional<Value> Reader::word(int depth) {
  std::size_t end = at_;
  while (end < text_.size() && is_word(text_[end])) {
    ++end;
  }
  const std::string_view name = text_.substr(at_, end - at_);
  at_ = end;
  if (name == "true" || name == "True") {
    return Value(true);
  }
  if (name == "false" || name == "False") {
    return Value(false);
  }
  if (name == "null" || name == "None") {
    return Value();
  }
  if (name == "nan" || name == "NaN") {
    return Value(std::numeric_limits<double>::quiet_NaN());
  }
  if (name == "inf" || name == "Infinity") {
    return Value(std::numeric_limits<double>::infinity());
  }
  if (name.empty() || !take('(')) {
    return std::nullopt;
  }
  const auto inner = scalar_or_list(depth + 1);
  return inner && skip_call() ? inner : std::nullopt;
}

// The rest of a call's arguments and its ')'.
bool Reader::skip_call() {
  int open = 1;
  while (at_ < text_.size()) {
    const char c = text_[at_++];
    open += c == '(' ? 1 : c == ')' ? -1 : 0;
    if (open == 0) {
      return true;
    }
  }
  return false;
}

std::optional<std::string> Reader::quoted() {
  if (at_ >= text_.size() || (text_[at_] != '"' && text_[at_] != '\'')) {
    return std::nullopt;
  }
  const char quote = text_[at_++];
  std::string out;
  while (at_ < text_.size()) {
    const char c = text_[at_++];
    if (c == quote) {
      return to_utf8(out);
    }
    if (c != '\\') {
      out += c;
    } else if (!escape(out)) {
      return std::nullopt;
    }
  }
  return std::nullopt;
}

bool Reader::escape(std::string& out) {
  if (at_ >= text_.size()) {
    return false;
  }
  const char c = text_[at_++];
  constexpr std::string_view kNames = "nrtbf";
  constexpr std::string_view kMeant = "\n\r\t\b\f";
  if (const auto known = kNames.find(c); known != std::string_view::npos) {
    out += kMeant[known];
    return true;
  }
  if (c != 'u') {
    out += c;
    return true;
  }
  auto code = hex4();
  if (code && *code >= 0xD800 && *code < 0xDC00 && text_.substr(at_).starts_with("\\u")) {
    at_ += 2;
    const auto low = hex4();
    code = low && *low >= 0xDC00 && *low < 0xE000
               ? std::optional(0x10000 + ((*code - 0xD800) << 10) + (*low - 0xDC00))
               : std::nullopt;
  }
  if (!code) {
    return false;
  }
  append_utf8(out, *code);
  return true;
}

std::optional<std::uint32_t> Reader::hex4() {
  std::uint32_t code = 0;
  if (at_ + 4 > text_.size()) {
    return std::nullopt;
  }
  const char* begin = text_.data() + at_;
  const auto [end, error] = std::from_chars(begin, begin + 4, code, 16);
  if (error != std::errc() || end != begin + 4) {
    return std::nullopt;
  }
  at_ += 4;
  return code;
}

}  // namespace

std::optional<NamedValues> read_record(std::string_view text, std::size_t* used, bool lists) {
  Reader reader(text, lists);
  NamedValues values;
  if (!reader.object("", values, 0)) {
    return std::nullopt;
  }
  if (used != nullptr) {
    *used = reader.position();
  }
  return values;
}

std::optional<Value> read_number(std::string_view word) {
  if (const auto integer = parse_integer(word)) {
    return Value(*integer);
  }
  if (const auto real = parse_number(word)) {
    return Value(*real);
  }
  return beyond_doubles(word);
}

}  // namespace luthier
