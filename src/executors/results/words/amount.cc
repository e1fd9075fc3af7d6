#include "executors/results/words/amount.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "executors/results/lines/record_reader.h"
#include "executors/results/words/units.h"

namespace luthier {
namespace {

constexpr std::size_t kLongestCall = 300;  // the arguments of tensor( )
constexpr std::size_t kDeepest = 4;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

class AmountReader {
 public:
  explicit AmountReader(std::string_view text) : text_(text) {}
  std::optional<Amount> read();

 private:
  char peek(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  std::string_view rest() const { return text_.substr(at_); }
  bool skip(std::string_view word);
  void skip_blanks();
  std::size_t digits();
  bool open();
  bool close();
  bool close_call();
  bool call();
  bool sign();
  bool number();
  bool word();
  bool grouped_digits();
  bool exponent();
  bool tail();
  void uncertainty();
  bool fraction();
  bool suffix();
  bool clock();
  bool minutes();
  bool ended() const;

  std::string_view text_;
  std::size_t at_ = 0;
  std::array<char, kDeepest> closers_ = {};
  std::size_t depth_ = 0;
  std::string number_;  // in the form read_number takes
  double factor_ = 1;
  std::optional<double> seconds_;
  Amount amount_;
};

bool AmountReader::skip(std::string_view word) {
  if (!rest().starts_with(word)) {
    return false;
  }
  at_ += word.size();
  return true;
}

void AmountReader::skip_blanks() {
  while (peek() == ' ') {
    ++at_;
  }
}

std::size_t AmountReader::digits() {
  const std::size_t start = at_;
  while (is_digit(peek())) {
    number_ += text_[at_++];
  }
  return at_ - start;
}

// `np.float64(`, `tensor(`: only what is known to hold one number.
bool AmountReader::call() {
  std::size_t end = 0;
  while (end < rest().size() && (is_letter(rest()[end]) || is_digit(rest()[end]) ||
                                 rest()[end] == '.' || rest()[end] == '_')) {
    ++end;
  }
  std::string_view name = rest().substr(0, end);
  if (end == 0 || peek(end) != '(' || !is_letter(name.front())) {
    return false;
  }
  const bool library = std::ranges::any_of(
      std::array<std::string_view, 7>{"np.", "numpy.", "jnp.", "torch.", "tf.", "jax.", "cupy."},
      [&](std::string_view prefix) { return name.starts_with(prefix); });
  while (!name.empty() && is_digit(name.back())) {
    name.remove_suffix(1);
  }
  constexpr std::array<std::string_view, 11> kTypes = {"tensor",
                                                       "array",
                                                       "Array",
                                                       "Tensor",
                                                       "float",
                                                       "int",
                                                       "Float",
                                                       "Int",
                                                       "Decimal",
                                                       "DeviceArray",
                                                       "Fraction"};
  if (!library && std::ranges::find(kTypes, name) == kTypes.end()) {
    return false;
  }
  at_ += end + 1;
  return true;
}

bool AmountReader::open() {
  while (depth_ < kDeepest) {
    const char c = peek();
    if (c == '[') {
      closers_[depth_++] = ']';
      ++at_;
    } else if (c == '"' || c == '\'') {
      closers_[depth_++] = c;
      amount_.quoted = true;
      ++at_;
    } else if (is_letter(c) && call()) {
      closers_[depth_++] = ')';
    } else {
      return true;
    }
    skip_blanks();
  }
  return false;
}

bool AmountReader::close_call() {
  int open = 1;
  for (std::size_t steps = 0; at_ < text_.size() && steps < kLongestCall; ++steps) {
    const char c = text_[at_++];
    open += c == '(' ? 1 : c == ')' ? -1 : 0;
    if (open == 0) {
      return true;
    }
  }
  return false;
}

bool AmountReader::close() {
  while (depth_ > 0) {
    const char closer = closers_[--depth_];
    if (closer == ')') {
      if (!close_call()) {
        return false;
      }
      continue;
    }
    skip_blanks();
    if (peek() != closer) {
      return false;
    }
    ++at_;
  }
  return true;
}

bool AmountReader::sign() {
  if (skip("-") || skip("\xE2\x88\x92")) {
    number_ += '-';
  } else if (peek() == '+') {
    ++at_;
  }
  return true;
}

// inf and nan, however they are written.
bool AmountReader::word() {
  std::string word;
  while (word.size() < 9 && is_letter(peek(word.size()))) {
    word += lower(peek(word.size()));
  }
  if (word != "inf" && word != "infinity" && word != "nan") {
    return false;
  }
  at_ += word.size();
  number_ += word == "nan" ? "nan" : "inf";
  return true;
}

// Digits with commas between thousands, where nothing but thousands can be meant.
bool AmountReader::grouped_digits() {
  const std::size_t first = digits();
  std::size_t groups = 0;
  while (peek() == ',' && is_digit(peek(1))) {
    if (first == 0 || first > 3 || !is_digit(peek(2)) || !is_digit(peek(3)) || is_digit(peek(4))) {
      return false;
    }
    ++at_;
    digits();
    ++groups;
  }
  const bool point = peek() == '.' && (is_digit(peek(1)) || (groups == 0 && !is_letter(peek(1))));
  std::size_t fraction = 0;
  if (point) {
    number_ += '.';
    ++at_;
    fraction = digits();
    if (fraction == 0) {
      number_.pop_back();
      if (first > 0 && (peek() == '\0' || peek() == ' ')) {
        --at_;  // the end of a sentence
      }
    }
  }
  if (peek() == ',' && is_digit(peek(1))) {
    return false;
  }
  return first + fraction > 0 && (groups != 1 || fraction > 0);
}

// e and Fortran's D; Julia's f of a Float32.
bool AmountReader::exponent() {
  const char c = lower(peek());
  const std::size_t sign = peek(1) == '-' || peek(1) == '+' ? 1 : 0;
  if ((c != 'e' && c != 'd' && c != 'f') || !is_digit(peek(1 + sign))) {
    return true;
  }
  number_ += 'e';
  ++at_;
  if (sign != 0) {
    number_ += text_[at_++];
  }
  return digits() > 0;
}

bool AmountReader::number() {
  sign();
  if (is_letter(peek())) {
    return word();
  }
  return grouped_digits() && exponent();
}

// 0.48+0.01, 0.48 +/- 0.01, 9.0±5.1, 0.48(3): the first number counts.
void AmountReader::uncertainty() {
  const std::size_t start = at_;
  const std::string kept = number_;
  const bool bracket = peek() == '(' && is_digit(peek(1));
  if (rest().starts_with(" +/-") || rest().starts_with(" \xC2\xB1")) {
    ++at_;
  }
  if (bracket || skip("+/-") || skip("+-") || skip("\xC2\xB1") || skip("+")) {
    at_ += bracket ? 1 : 0;
    skip_blanks();
    number_.clear();
    const bool read = grouped_digits() && exponent();
    if (!read || (bracket && !skip(")"))) {
      at_ = start;
    }
    number_ = kept;
  }
}

// 9810/10000, but no date.
bool AmountReader::fraction() {
  if (peek() != '/' || !is_digit(peek(1))) {
    return true;
  }
  const std::string kept = number_;
  ++at_;
  number_.clear();
  const bool read = grouped_digits();
  number_ = kept;
  return read && peek() != '/' && peek() != '-';
}

// 0m1.234s, 1h2m3s: seconds.
bool AmountReader::clock() {
  const auto scale_of = [](char c) { return c == 'h' ? 3600.0 : c == 'm' ? 60.0 : 1.0; };
  const auto first = read_number(number_);
  if (!first || !first->number()) {
    return false;
  }
  double total = *first->number() * scale_of(peek());
  char previous = peek();
  ++at_;
  while (is_digit(peek())) {
    number_.clear();
    if (!grouped_digits() || scale_of(peek()) >= scale_of(previous) ||
        (peek() != 'm' && peek() != 's')) {
      return false;
    }
    total += read_number(number_)->number().value_or(0) * scale_of(peek());
    previous = peek();
    ++at_;
  }
  seconds_ = total;
  amount_.unit = "s";
  return true;
}

// 1:23.45 and 0:00:01.58: minutes or hours first, a fraction of a second last.
bool AmountReader::minutes() {
  const std::size_t start = at_;
  const std::string kept = number_;
  double total = 0;
  int parts = 0;
  while (parts < 2 && number_.size() <= 2 && peek() == ':' && is_digit(peek(1)) &&
         is_digit(peek(2))) {
    total = (total + read_number(number_)->number().value_or(0)) * 60;
    number_.clear();
    ++at_;
    digits();
    ++parts;
  }
  const bool whole =
      parts > 0 && number_.size() == 2 && peek() == '.' && is_digit(peek(1)) && kept.size() == 1;
  if (whole) {
    number_ += text_[at_++];
    digits();
    seconds_ = total + read_number(number_)->number().value_or(0);
    amount_.unit = "s";
    return true;
  }
  at_ = start;
  number_ = kept;
  return false;
}

bool AmountReader::suffix() {
  if ((peek() == 'h' || peek() == 'm') && is_digit(peek(1))) {
    return clock();
  }
  if (peek() == '%' || (peek() == ' ' && peek(1) == '%' && !is_letter(peek(2)))) {
    at_ += peek() == '%' ? 1 : 2;
    amount_.unit = "%";
    return true;
  }
  std::size_t end = 0;
  while (end < rest().size() && end < 16 &&
         (is_letter(rest()[end]) || rest()[end] == '/' || rest()[end] == '\xC2' ||
          rest()[end] == '\xB5' || rest()[end] == '\xCE' || rest()[end] == '\xBC')) {
    ++end;
  }
  if (end == 0) {
    return true;
  }
  const auto word = rest().substr(0, end);
  if (const auto factor = multiplier(word)) {
    factor_ = *factor;
  } else if (is_unit(word)) {
    amount_.unit = word;
  } else {
    return false;
  }
  at_ += end;
  return true;
}

bool AmountReader::ended() const {
  const char c = peek();
  if (c == '\0') {
    return at_ >= text_.size();
  }
  if (c == ',') {
    return !is_digit(peek(1));
  }
  if (c == '.') {
    return peek(1) == '\0' || peek(1) == ' ' || peek(1) == '.';
  }
  if (c == ':') {
    return peek(1) == '\0' || peek(1) == ' ';
  }
  if (c == '<') {
    return peek(1) == '/';
  }
  return std::string_view(" \t\r;|()[]}>\"'!").find(c) != std::string_view::npos ||
         static_cast<unsigned char>(c) >= 0x80;
}

bool AmountReader::tail() {
  uncertainty();
  return fraction() && (minutes() || suffix()) && close() && ended();
}

std::optional<Amount> AmountReader::read() {
  if (!open() || !number() || !tail()) {
    return std::nullopt;
  }
  auto value = seconds_ ? std::optional<Value>(*seconds_) : read_number(number_);
  if (!value) {
    return std::nullopt;
  }
  amount_.value = factor_ != 1 ? Value(value->number().value_or(0) * factor_) : *std::move(value);
  amount_.length = at_;
  return std::move(amount_);
}

}  // namespace

std::optional<Amount> leading_amount(std::string_view text) {
  // Most words are none, and say so with their first character.
  if (text.empty()) {
    return std::nullopt;
  }
  const char c = text.front();
  const bool may = is_digit(c) || std::string_view("+-.[\"'").find(c) != std::string_view::npos ||
                   is_letter(c) || c == '\xE2';
  return may ? AmountReader(text).read() : std::nullopt;
}

std::optional<Value> number_of(const Value& value) {
  if (value.number()) {
    return value;
  }
  if (const auto* list = value.list(); list != nullptr && list->size() == 1) {
    return number_of(list->front());
  }
  const auto* text = value.text();
  const auto amount = text != nullptr ? leading_amount(*text) : std::nullopt;
  return amount && amount->length == text->size() ? std::optional(amount->value) : std::nullopt;
}

bool is_amount(std::string_view text) {
  const auto amount = leading_amount(text);
  return amount && amount->length == text.size();
}

}  // namespace luthier
