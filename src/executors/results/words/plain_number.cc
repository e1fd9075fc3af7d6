#include "executors/results/words/plain_number.h"

#include <array>
#include <charconv>
#include <cmath>

#include "executors/results/lines/record_reader.h"

namespace luthier {
namespace {

// Up to here powers of ten and products of digits are exact in doubles, and so is one division.
constexpr std::size_t kExactDigits = 15;
constexpr std::array<double, kExactDigits + 1> kPowers = {
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// What may stand behind a plain number, so that it ends there whatever it is.
bool ends_number(std::string_view text, std::size_t at) {
  if (at >= text.size()) {
    return true;
  }
  switch (text[at]) {
    case ' ':
    case '}':
    case ')':
    case '\n':
      return true;
    case '%':
    case ';':
      return at + 1 >= text.size() || text[at + 1] == ' ' || text[at + 1] == '\n';
    case ',':
      return at + 1 < text.size() && (text[at + 1] == ' ' || text[at + 1] == '"');
    default:
      return false;
  }
}

struct Parts {
  std::size_t end = 0;
  std::size_t digits = 0;
  std::size_t fraction = 0;  // of these
  std::int64_t all = 0;      // them all as one number, while they are at most kExactDigits
  bool real = false;
  bool exponent = false;
};

std::size_t exponent_length(std::string_view text, std::size_t at) {
  if (at >= text.size() || (text[at] != 'e' && text[at] != 'E')) {
    return 0;
  }
  const bool sign = at + 1 < text.size() && (text[at + 1] == '-' || text[at + 1] == '+');
  const std::size_t begin = sign ? 2 : 1;
  const std::size_t digits = digits_at(text, at + begin);
  return digits > 0 ? begin + digits : 0;
}

Parts parts_of(std::string_view text, std::size_t at) {
  Parts parts;
  const auto take = [&] {
    for (; at < text.size() && is_digit(text[at]); ++at) {
      if (++parts.digits <= kExactDigits) {
        parts.all = parts.all * 10 + (text[at] - '0');
      }
    }
  };
  take();
  if (parts.digits > 0 && at + 1 < text.size() && text[at] == '.' && is_digit(text[at + 1])) {
    parts.real = true;
    const std::size_t whole = parts.digits;
    ++at;
    take();
    parts.fraction = parts.digits - whole;
  }
  if (const std::size_t length = parts.digits > 0 ? exponent_length(text, at) : 0; length > 0) {
    parts.exponent = true;
    at += length;
  }
  parts.end = at;
  return parts;
}

std::optional<Value> slowly(std::string_view number) {
  auto value = read_number(number);
  const auto* real = value ? std::get_if<double>(&value->data()) : nullptr;
  return real != nullptr && !std::isfinite(*real) ? std::nullopt : std::move(value);
}

}  // namespace

std::size_t digits_at(std::string_view text, std::size_t at) {
  const std::size_t begin = at;
  while (at < text.size() && is_digit(text[at])) {
    ++at;
  }
  return at - begin;
}

std::size_t read_plain_number(std::string_view text, std::size_t begin, Value& value) {
  const bool negative = begin < text.size() && text[begin] == '-';
  const Parts parts = parts_of(text, begin + (negative ? 1 : 0));
  if (parts.digits == 0 || !ends_number(text, parts.end)) {
    return 0;
  }
  const std::size_t length = parts.end - begin;
  if (parts.exponent || parts.digits > kExactDigits) {
    auto read = slowly(text.substr(begin, length));
    if (!read) {
      return 0;
    }
    value = *std::move(read);
  } else if (parts.real) {
    const double size = static_cast<double>(parts.all) / kPowers[parts.fraction];
    value = Value(negative ? -size : size);
  } else {
    value = Value(negative ? -parts.all : parts.all);
  }
  return length;
}

}  // namespace luthier
