#include "executors/results/lines/neighbours.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "executors/results/words/amount.h"
#include "executors/results/words/phrases.h"
#include "executors/results/words/words.h"

namespace luthier {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

// Where numbers stand in a field, for names beside them.
struct Number {
  Amount amount;
  std::size_t begin = 0;
  std::size_t end = 0;
};

bool ends_field(char c) {
  return std::string_view("|;,\"").find(c) != std::string_view::npos;
}

bool begins_word(std::string_view field, std::size_t at) {
  return at == 0 || is_blank(field[at - 1]) ||
         std::string_view("[(:=").find(field[at - 1]) != std::string_view::npos;
}

std::vector<Number> numbers_of(std::string_view field) {
  std::vector<Number> numbers;
  for (std::size_t at = 0; at < field.size();) {
    const bool may = begins_word(field, at) && !is_blank(field[at]);
    if (auto amount = may ? leading_amount(field.substr(at)) : std::nullopt) {
      const std::size_t end = at + amount->length;
      numbers.push_back({*std::move(amount), at, end});
      at = end;
    } else {
      ++at;
    }
  }
  return numbers;
}

// What stands behind a number lets it end its field: nothing, a unit, a bracket, or the name of the
// next one.
bool ends_its_field(std::string_view field, const std::vector<Number>& numbers, std::size_t index) {
  const std::size_t end = numbers[index].end;
  std::size_t at = skip_blanks(field, end);
  if (at < field.size() && (field[at] == '(' || field[at] == '[')) {
    const auto close = field.find(field[at] == '(' ? ')' : ']', at);
    at = close == std::string_view::npos ? field.size() : skip_blanks(field, close + 1);
  }
  const auto unit = unit_behind(field, end);
  at = unit.empty() ? at : skip_blanks(field, end + 1 + unit.size());
  if (at >= field.size() || std::string_view(".)]!").find(field[at]) != std::string_view::npos ||
      field.substr(at).starts_with("- ")) {
    return true;
  }
  if (std::string_view(":=-<>+*/").find(field[at]) != std::string_view::npos) {
    return false;
  }
  return index + 1 < numbers.size() && numbers[index + 1].begin > at &&
         !phrase_before(field, numbers[index + 1].begin).empty();
}

std::size_t place_in(std::string_view field, std::string_view name) {
  return static_cast<std::size_t>(name.data() - field.data());
}

// The name behind a number, past a unit between them ("1.2 seconds time elapsed").
std::string_view name_behind(std::string_view field, const Number& number) {
  std::size_t begin = skip_blanks(field, number.end);
  if (begin == number.end || begin >= field.size()) {
    return {};
  }
  if (const auto unit = unit_behind(field, begin - 1); !unit.empty()) {
    const std::size_t next = skip_blanks(field, begin + unit.size());
    begin = phrase_after(field, next).empty() ? begin : next;
  }
  return phrase_after(field, begin);
}

bool is_plain_unit(std::string_view name) {
  return is_unit(name) && name.find('/') == std::string_view::npos;
}

// "accuracy" of "accuracy with a standard deviation of": the rest names the number that follows.
std::string_view before_spread(std::string_view name) {
  const auto with = name.find(" with ");
  if (with == std::string_view::npos) {
    return name;
  }
  const auto words = words_of(name.substr(with));
  return std::ranges::any_of(words, is_spread) ? name.substr(0, with) : name;
}

// Numbers and names between them, without a sign. Which belongs to which is told by where the field
// begins and ends: "loss 0.5 acc 0.9", "1.23s user 0.02s system".
class Field {
 public:
  Field(std::string_view text, std::size_t offset)
      : text_(text), offset_(offset), numbers_(numbers_of(text)) {
    if (!numbers_.empty()) {
      const auto last = name_behind(text_, numbers_.back());
      begins_with_number_ = numbers_.front().begin == skip_blanks(text_, 0);
      ends_with_name_ = !last.empty() && !is_plain_unit(last);
    }
  }

  bool names_follow() const { return begins_with_number_ && ends_with_name_; }
  bool empty() const { return numbers_.empty(); }
  void append_to(std::vector<PlacedMention>& out) const {
    if (!names_follow()) {
      append_names_before(out);
    }
    append_names_behind(out);
  }

 private:
  bool after_number(std::size_t index, std::string_view name) const {
    return index > 0 && place_in(text_, name) == numbers_[index - 1].end + 1;
  }

  void append_names_before(std::vector<PlacedMention>& out) const {
    for (std::size_t i = 0; i < numbers_.size(); ++i) {
      const auto name = phrase_before(text_, numbers_[i].begin);
      if (name.empty() || (after_number(i, name) && (ends_with_name_ || is_plain_unit(name))) ||
          !ends_its_field(text_, numbers_, i)) {
        continue;
      }
      out.push_back({named_amount(name,
                                  numbers_[i].amount,
                                  unit_behind(text_, numbers_[i].end),
                                  MentionForm::name_value),
                     offset_ + place_in(text_, name),
                     offset_ + numbers_[i].end});
    }
  }

  void append_names_behind(std::vector<PlacedMention>& out) const {
    for (std::size_t i = 0; i < numbers_.size(); ++i) {
      const auto name = name_behind(text_, numbers_[i]);
      const bool near =
          place_in(text_, name) <= numbers_[i].end + 2 || (i == 0 && begins_with_number_);
      if (name.empty() || !(near || is_unit(text_.substr(numbers_[i].end + 1, 2)))) {
        continue;
      }
      const std::size_t end = place_in(text_, name) + name.size();
      const std::size_t next = skip_blanks(text_, end);
      const bool number_next = i + 1 < numbers_.size() && numbers_[i + 1].begin == next;
      const bool ended = next >= text_.size() || next > end + 1 || text_[end] == '\t' ||
                         std::string_view(".)(-#").find(text_[next]) != std::string_view::npos;
      if (number_next ? begins_with_number_ : ended) {
        out.push_back(
            {named_amount(before_spread(name), numbers_[i].amount, {}, MentionForm::value_name),
             offset_ + numbers_[i].begin,
             offset_ + end});
      }
    }
  }

  std::string_view text_;
  std::size_t offset_;
  std::vector<Number> numbers_;
  bool begins_with_number_ = false;
  bool ends_with_name_ = false;
};

// Parts that tabs or blanks keep apart and that are a number and its name stand for themselves:
// "1234 ns/op	128 B/op".
void neighbours_in(std::string_view field, std::size_t offset, std::vector<PlacedMention>& out) {
  std::size_t begin = 0;
  std::size_t rest = 0;
  const auto part = [&](std::size_t end) {
    const Field own(field.substr(begin, end - begin), offset + begin);
    if (!own.empty() && own.names_follow()) {
      Field(field.substr(rest, begin - rest), offset + rest).append_to(out);
      own.append_to(out);
      rest = end;
    }
  };
  for (std::size_t at = 0; at < field.size(); ++at) {
    const bool apart =
        field[at] == '\t' || (field[at] == ' ' && at + 1 < field.size() && is_blank(field[at + 1]));
    if (apart) {
      part(at);
      at = skip_blanks(field, at);
      begin = at;
    }
  }
  part(field.size());
  Field(field.substr(rest), offset + rest).append_to(out);
}

// A comma or full stop between two digits is part of a number.
bool parts_fields(std::string_view line, std::size_t at) {
  if (line[at] == ',') {
    return at + 1 >= line.size() || !is_digit(line[at + 1]);
  }
  return ends_field(line[at]) || line.substr(at).starts_with("\xE2\x94\x82");
}

// Where the bracket at `at` closes, if it does soon; else `at`.
std::size_t end_of_brackets(std::string_view line, std::size_t at) {
  constexpr std::size_t kFarthest = 200;
  int depth = 0;
  for (std::size_t i = at; i < std::min(line.size(), at + kFarthest); ++i) {
    depth += line[i] == '(' ? 1 : line[i] == ')' ? -1 : 0;
    if (depth == 0) {
      return i;
    }
  }
  return at;
}

// "251.3 MB/s, 901.2 MB/s": nothing says which of them the name means.
void drop_undecided(std::vector<PlacedMention>& placed) {
  const auto is_twin = [](const Mention& a, const Mention& b) {
    return a.form == MentionForm::value_name && b.form == a.form && a.name == b.name &&
           !(a.value == b.value);
  };
  std::vector<PlacedMention> kept;
  for (const auto& one : placed) {
    if (std::ranges::none_of(placed, [&](const PlacedMention& other) {
          return is_twin(one.mention, other.mention);
        })) {
      kept.push_back(one);
    }
  }
  placed = std::move(kept);
}

}  // namespace

std::vector<PlacedMention> neighbours_of(std::string_view line) {
  std::vector<PlacedMention> out;
  std::size_t begin = 0;
  for (std::size_t at = 0; at <= line.size(); ++at) {
    if (at < line.size() && line[at] == '(') {
      at = end_of_brackets(line, at);
    }
    if (at == line.size() || parts_fields(line, at)) {
      neighbours_in(line.substr(begin, at - begin), begin, out);
      begin = at + 1;
    }
  }
  drop_undecided(out);
  return out;
}

}  // namespace luthier
