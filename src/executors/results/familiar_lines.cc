#include "executors/results/familiar_lines.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <utility>

#include "executors/results/record_reader.h"
#include "executors/results/unheard.h"

namespace luthier {
namespace {

constexpr std::size_t kLongest = 300;  // bytes; no other limit is met before that

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool in_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_';
}

std::size_t digits(std::string_view text, std::size_t at) {
  const std::size_t begin = at;
  while (at < text.size() && is_digit(text[at])) {
    ++at;
  }
  return at - begin;
}

// What may stand behind a plain number, so that it ends there whatever it is.
bool ends_number(std::string_view text, std::size_t at) {
  if (at >= text.size() || text[at] == ' ' || text[at] == '}') {
    return true;
  }
  return text[at] == ',' && at + 1 < text.size() && (text[at + 1] == ' ' || text[at + 1] == '"');
}

// The length of the plain number that `text` has at `at`: -1, 0.25, 1e-5; 0 for none.
std::size_t plain_number(std::string_view text, std::size_t begin) {
  std::size_t at = begin + (begin < text.size() && text[begin] == '-' ? 1 : 0);
  const std::size_t whole = digits(text, at);
  at += whole;
  if (whole > 0 && at < text.size() && text[at] == '.') {
    const std::size_t fraction = digits(text, at + 1);
    at += fraction > 0 ? 1 + fraction : 0;
  }
  if (whole > 0 && at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    const bool sign = at + 1 < text.size() && (text[at + 1] == '-' || text[at + 1] == '+');
    const std::size_t exponent = digits(text, at + (sign ? 2 : 1));
    at += exponent > 0 ? (sign ? 2 : 1) + exponent : 0;
  }
  return whole > 0 && ends_number(text, at) ? at - begin : 0;
}

// As read_number() does it, of a plain number.
std::optional<Value> value_of(std::string_view number) {
  const char* end = number.data() + number.size();
  if (number.find_first_of(".eE") == std::string_view::npos) {
    std::int64_t whole = 0;
    const auto read = std::from_chars(number.data(), end, whole);
    return read.ec == std::errc() ? std::optional(Value(whole)) : read_number(number);
  }
  double real = 0;
  const auto read = std::from_chars(number.data(), end, real);
  return read.ec == std::errc() ? std::optional(Value(real)) : read_number(number);
}

bool begins_number(std::string_view text, std::size_t at) {
  return at > 0 && (text[at - 1] == '=' || text[at - 1] == ':' || text[at - 1] == ' ');
}

// Digits that belong to no word could be a number of some other form, and change.
bool has_loose_digits(std::string_view text) {
  bool word = false;
  for (const char c : text) {
    if (is_digit(c) && !word) {
      return true;
    }
    word = in_word(c);
  }
  return false;
}

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

// Lines that another line's reading or a count of digits decides about are never familiar.
bool stands_alone(std::string_view line) {
  if (line.size() < 3 || line.size() > kLongest || line.front() == '+' || line.front() == '=') {
    return false;
  }
  const bool no_heading = line.find('=') != std::string_view::npos ||
                          line.substr(0, line.size() - 1).find(':') != std::string_view::npos;
  return no_heading && std::string_view("{=:").find(line.back()) == std::string_view::npos &&
         line.find_first_of("|\n") == std::string_view::npos && is_ascii(line) &&
         !has_settings(line);
}

bool varies(const Value& value) {
  const auto* real = std::get_if<double>(&value.data());
  return real != nullptr ? std::isfinite(*real)
                         : std::holds_alternative<std::int64_t>(value.data());
}

// Names that hold no number, of values that their signs or an object give them.
bool is_plain(const Heard& heard) {
  return std::ranges::all_of(heard.mentions, [](const Mention& mention) {
    return mention.form <= MentionForm::pair && !has_loose_digits(mention.name);
  });
}

}  // namespace

bool FamiliarLines::Shape::has(std::string_view text) const {
  return end.find(text) != std::string::npos ||
         std::ranges::any_of(numbers, [&](const Number& number) {
           return number.before.find(text) != std::string::npos;
         });
}

// Every number of the line has to be the value of a mention, and every mention's value to be one.
std::optional<FamiliarLines::Shape> FamiliarLines::shape_of(std::string_view line,
                                                            const Heard& heard) {
  const auto& mentions = heard.mentions;
  const auto next_varying = [&](std::size_t i) {
    while (i < mentions.size() && !varies(mentions[i].value)) {
      ++i;
    }
    return i;
  };
  Shape shape;
  std::size_t mention = next_varying(0);
  std::size_t begin = 0;
  for (std::size_t at = 0; at < line.size(); ++at) {
    const std::size_t length = begins_number(line, at) ? plain_number(line, at) : 0;
    if (length == 0) {
      continue;
    }
    const auto value = read_number(line.substr(at, length));
    if (mention == mentions.size() || !value || !(mentions[mention].value == *value)) {
      return std::nullopt;
    }
    shape.numbers.push_back({std::string(line.substr(begin, at - begin)), mention});
    mention = next_varying(mention + 1);
    begin = at + length;
    at = begin - 1;
  }
  shape.end = line.substr(begin);
  const bool loose =
      has_loose_digits(shape.end) || std::ranges::any_of(shape.numbers, [](const Number& number) {
        return has_loose_digits(number.before);
      });
  return loose || mention < mentions.size() || shape.numbers.empty() ? std::nullopt
                                                                     : std::optional(shape);
}

void FamiliarLines::learn(std::string_view line,
                          const Heard& heard,
                          const std::vector<std::string>& needles) {
  if (!stands_alone(line) || !is_plain(heard)) {
    return;
  }
  auto shape = shape_of(line, heard);
  if (!shape || std::ranges::none_of(needles, [&](const auto& one) { return shape->has(one); })) {
    return;
  }
  shape->heard = heard;
  shape->heard.shape = ++learnt_;
  shapes_[learnt_ % kShapesKept] = *std::move(shape);
}

// Puts the numbers of `line` into what the shape says, if it has that shape.
bool FamiliarLines::read(Shape& shape, std::string_view line) {
  std::size_t at = 0;
  for (const auto& [before, mention] : shape.numbers) {
    if (!line.substr(at).starts_with(before)) {
      return false;
    }
    at += before.size();
    const std::size_t length = plain_number(line, at);
    auto value = length > 0 ? value_of(line.substr(at, length)) : std::nullopt;
    if (!value || !varies(*value)) {
      return false;
    }
    shape.heard.mentions[mention].value = *std::move(value);
    at += length;
  }
  return line.substr(at) == shape.end;
}

const Heard* FamiliarLines::recognise(std::string_view line) {
  if (line.size() > kLongest) {
    return nullptr;
  }
  for (std::size_t i = 0; i < kShapesKept; ++i) {
    Shape& shape = shapes_[(learnt_ + kShapesKept - i) % kShapesKept];
    if (!shape.numbers.empty() && read(shape, line)) {
      Heard& heard = shape.heard;
      heard.line = line;
      if (heard.epoch_mention) {
        heard.epoch = heard.mentions[*heard.epoch_mention].value.number();
      }
      return &heard;
    }
  }
  return nullptr;
}

void FamiliarLines::forget() {
  for (auto& shape : shapes_) {
    shape.numbers.clear();
  }
}

}  // namespace luthier
