#include "executors/results/lines/familiar_lines.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "executors/results/lines/bars.h"
#include "executors/results/lines/unheard.h"
#include "executors/results/words/plain_number.h"

namespace luthier {
namespace {

constexpr std::size_t kLongest = 300;  // bytes; no other limit is met before that

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool in_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_';
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

bool has_digits(std::string_view text) {
  return std::ranges::any_of(text, is_digit);
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

// What holds no number that could be another one.
bool is_fixed(const Value& value) {
  const auto* text = value.text();
  return value.list() == nullptr && (text == nullptr || !has_digits(*text));
}

// Names that hold no number, of values that their signs or an object give them.
bool is_plain(const Heard& heard) {
  return std::ranges::all_of(heard.mentions, [](const Mention& mention) {
    return mention.form <= MentionForm::pair && !has_loose_digits(mention.name) &&
           (varies(mention.value) || is_fixed(mention.value));
  });
}

// Whether what stands at `at` is the value of what stands before it, if it is a value at all.
bool behind_sign(std::string_view line, std::size_t at) {
  const auto before = line.find_last_not_of(" \t([{<\"'+-~$#", at == 0 ? 0 : at - 1);
  return at > 0 && before != std::string_view::npos && before < at &&
         std::string_view("=:>").find(line[before]) != std::string_view::npos;
}

double number_of(std::string_view digits) {
  double number = 0;
  for (const char c : digits) {
    number = number * 10 + (c - '0');
  }
  return number;
}

// 12:34:56 at `at`.
bool is_clock(std::string_view line, std::size_t at) {
  constexpr std::string_view kForm = "00:00:00";
  if (line.size() < at + kForm.size() || (at > 0 && in_word(line[at - 1]) && line[at - 1] != 'T')) {
    return false;
  }
  for (std::size_t i = 0; i < kForm.size(); ++i) {
    if (kForm[i] == ':' ? line[at + i] != ':' : !is_digit(line[at + i])) {
      return false;
    }
  }
  return true;
}

}  // namespace

bool FamiliarLines::Shape::has(std::string_view text) const {
  return end.find(text) != std::string::npos ||
         std::ranges::any_of(numbers, [&](const Number& number) {
           return number.before.find(text) != std::string::npos;
         });
}

// Takes a line apart into its numbers and what stands between them. Every number has to be the
// value of a mention or to be none for sure, and every mention's value to be a number.
class FamiliarLines::Learner {
 public:
  Learner(std::string_view line, const Heard& heard) : line_(line), heard_(heard) {}

  std::optional<Shape> shape() {
    mention_ = next_varying(0);
    std::size_t at = 0;
    while (at < line_.size()) {
      const std::size_t length = number_at(at);
      if (!known_) {
        return std::nullopt;
      }
      at += std::max<std::size_t>(length, 1);
    }
    shape_.end = line_.substr(begin_);
    shape_.drawable = line_.find('[') != std::string_view::npos;
    const bool whole = mention_ == heard_.mentions.size() && !shape_.numbers.empty();
    return whole && find_epoch() ? std::optional(std::move(shape_)) : std::nullopt;
  }

 private:
  std::size_t next_varying(std::size_t i) const {
    while (i < heard_.mentions.size() && !varies(heard_.mentions[i].value)) {
      ++i;
    }
    return i;
  }

  // The length of the number that begins at `at`.
  std::size_t number_at(std::size_t at) {
    const bool digit = is_digit(line_[at]);
    if (at > 0 && in_word(line_[at - 1]) && !(digit && is_clock(line_, at))) {
      return 0;
    }
    if (at >= clock_end_ && behind_sign(line_, at)) {
      return digit || line_[at] == '-' ? value_at(at) : 0;
    }
    return digit ? other_at(at) : 0;
  }

  std::size_t value_at(std::size_t at) {
    Value value;
    const std::size_t length = read_plain_number(line_, at, value);
    const bool same = length > 0 && mention_ < heard_.mentions.size() &&
                      heard_.mentions[mention_].value == value &&
                      std::string_view("=: ").find(line_[at - 1]) != std::string_view::npos;
    if (same) {
      add(at, length, {.mention = mention_});
      mention_ = next_varying(mention_ + 1);
      return length;
    }
    known_ = known_ && !is_digit(line_[at]);
    return 0;
  }

  // Of a number that is no value: nothing near it may make it one of another form.
  std::size_t other_at(std::size_t at) {
    const std::size_t length = digits_at(line_, at);
    if (is_clock(line_, at)) {
      clock_end_ = at + std::string_view("00:00:00").size();
    }
    const bool in_clock = at < clock_end_;
    const char before = at > 0 ? line_[at - 1] : ' ';
    const bool of_clock = (before == ',' || before == '.') && at == clock_end_ + 1;
    const char after = at + length < line_.size() ? line_[at + length] : ' ';
    const bool parted = (before == ',' || before == '.') && !of_clock;
    known_ = known_ && !parted &&
             (in_clock || (std::string_view(",.:=+e").find(after) == std::string_view::npos) ||
              (after != ':' && after != '=' && ends_sentence(at + length)));
    add(at, length, {.digits = length});
    return length;
  }

  // "step 5, loss" and "of 5."
  bool ends_sentence(std::size_t at) const {
    return (line_[at] == ',' || line_[at] == '.') &&
           (at + 1 == line_.size() || line_[at + 1] == ' ');
  }

  void add(std::size_t at, std::size_t length, Number number) {
    number.before = line_.substr(begin_, at - begin_);
    shape_.numbers.push_back(std::move(number));
    begin_ = at + length;
    places_.push_back(at);
  }

  // An epoch that no mention and no heading has is one of the other numbers.
  bool find_epoch() {
    if (!heard_.epoch || heard_.epoch_mention || heard_.epoch_of_heading) {
      return true;
    }
    Number* found = nullptr;
    for (std::size_t i = 0; i < shape_.numbers.size(); ++i) {
      Number& number = shape_.numbers[i];
      const std::string other = number.before + std::string(number.digits, '7');
      if (number.digits == 0 || epoch_in(other) != number_of(std::string(number.digits, '7'))) {
        continue;
      }
      if (found != nullptr || number_of(line_.substr(places_[i], number.digits)) != heard_.epoch) {
        return false;
      }
      found = &number;
      found->epoch = true;
    }
    return found != nullptr;
  }

  const std::string_view line_;
  const Heard& heard_;
  Shape shape_;
  std::vector<std::size_t> places_;
  std::size_t mention_ = 0;
  std::size_t begin_ = 0;      // behind the number before
  std::size_t clock_end_ = 0;  // of the last time of day
  bool known_ = true;
};

void FamiliarLines::learn(std::string_view line,
                          const Heard& heard,
                          const std::vector<std::string>& needles) {
  if (!stands_alone(line) || !is_plain(heard)) {
    return;
  }
  auto shape = Learner(line, heard).shape();
  if (!shape || std::ranges::none_of(needles, [&](const auto& one) { return shape->has(one); })) {
    return;
  }
  shape->heard = heard;
  shape->heard.shape = ++learnt_;
  latest_ = learnt_ % kShapesKept;
  shapes_[latest_] = *std::move(shape);
}

// Puts the numbers of the line that `bytes` begin with into what the shape says, if it has that
// shape. `at`: where the line ends.
bool FamiliarLines::read(Shape& shape, std::string_view bytes, std::size_t& at) {
  at = 0;
  for (const auto& number : shape.numbers) {
    if (!bytes.substr(at).starts_with(number.before)) {
      return false;
    }
    at += number.before.size();
    std::size_t length = number.digits;
    if (number.digits == 0) {
      length = read_plain_number(bytes, at, shape.heard.mentions[number.mention].value);
    } else if (digits_at(bytes, at) != number.digits) {
      return false;
    } else if (number.epoch) {
      shape.heard.epoch = number_of(bytes.substr(at, length));
    }
    if (length == 0) {
      return false;
    }
    at += length;
  }
  const bool same = bytes.substr(at).starts_with(shape.end);
  at += shape.end.size();
  return same && at <= kLongest;
}

const Heard* FamiliarLines::recognise(std::string_view bytes, bool first, std::size_t& length) {
  for (std::size_t i = 0; i < kShapesKept; ++i) {
    const std::size_t place = (latest_ + kShapesKept - i) % kShapesKept;
    Shape& shape = shapes_[place];
    if (shape.numbers.empty() || (first && shape.drawable) || !read(shape, bytes, length)) {
      continue;
    }
    if (first ? length >= bytes.size() || bytes[length] != '\n' : length != bytes.size()) {
      continue;
    }
    Heard& heard = shape.heard;
    heard.line = bytes.substr(0, length);
    if (heard.epoch_mention) {
      heard.epoch = heard.mentions[*heard.epoch_mention].value.number();
    }
    latest_ = place;
    return &heard;
  }
  return nullptr;
}

const Heard* FamiliarLines::recognise(std::string_view line) {
  std::size_t length = 0;
  return recognise(line, false, length);
}

const Heard* FamiliarLines::recognise_first(std::string_view bytes, std::size_t& length) {
  const Heard* heard = recognise(bytes, true, length);
  ++length;
  return heard;
}

void FamiliarLines::forget() {
  for (auto& shape : shapes_) {
    shape.numbers.clear();
  }
}

}  // namespace luthier
