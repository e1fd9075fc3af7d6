#include "executors/results/pairs.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "executors/results/amount.h"
#include "executors/results/phrases.h"

namespace luthier {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_blank(char c) {
  return c == ' ' || c == '\t';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

std::size_t skip_blanks(std::string_view line, std::size_t at) {
  while (at < line.size() && is_blank(line[at])) {
    ++at;
  }
  return at;
}

// The length of a sign between name and value that stands at `at`; 0 for none.
std::size_t sign_at(std::string_view line, std::size_t at) {
  const char before = at > 0 ? line[at - 1] : ' ';
  const char after = at + 1 < line.size() ? line[at + 1] : ' ';
  switch (line[at]) {
    case '=':
      if (std::string_view("=<>!+*/~").find(before) != std::string_view::npos || after == '=') {
        return 0;
      }
      return after == '>' ? 2 : 1;
    case ':':
      if (after == ':' || before == ':' || after == '/' ||
          (is_digit(before) && is_digit(after) && phrase_before(line, at).empty())) {
        return 0;
      }
      return after == '=' ? 2 : 1;
    case '-':
      return after == '>' ? 2 : 0;
    case '\xE2':  // an arrow
      return line.substr(at).starts_with("\xE2\x86\x92") ? 3 : 0;
    default:
      return 0;
  }
}

// A unit that stands apart: "980 ms".
std::string_view unit_behind(std::string_view line, std::size_t at) {
  if (at >= line.size() || line[at] != ' ') {
    return {};
  }
  std::size_t end = at + 1;
  while (end < line.size() && (is_letter(line[end]) || line[end] == '/' ||
                               static_cast<unsigned char>(line[end]) >= 0x80)) {
    ++end;
  }
  const bool ended = end == line.size() || is_blank(line[end]) || line[end] == ',' ||
                     line[end] == ';' || line[end] == ')' || line[end] == '|' || line[end] == '.';
  const auto word = line.substr(at + 1, end - at - 1);
  return ended && is_unit(word) ? word : std::string_view();
}

Mention mention_of(std::string_view name,
                   const Amount& amount,
                   std::string_view unit,
                   MentionForm form) {
  Mention mention;
  mention.name = name;
  mention.value = amount.value;
  mention.unit = amount.unit.empty() ? unit : amount.unit;
  mention.form = form;
  mention.only_if_wanted = amount.quoted || form >= MentionForm::row;
  return mention;
}

// `| name | value |` and its kin with box drawings: the cell before and the cell behind a bar.
std::optional<PlacedMention> cells_at(std::string_view line, std::size_t bar, std::size_t size) {
  const std::size_t value_at = skip_blanks(line, bar + size);
  const auto amount = leading_amount(line.substr(value_at));
  if (!amount) {
    return std::nullopt;
  }
  std::size_t after = skip_blanks(line, value_at + amount->length);
  const auto rest = line.substr(after);
  const bool last =
      rest.starts_with("|") || rest.starts_with("\xE2\x94\x82") || rest.starts_with("\xE2\x94\x83");
  if (!last || rest.find_first_not_of(" \t|\xE2\x94\x82\x83") != std::string_view::npos) {
    return std::nullopt;
  }
  const auto name = phrase_before(line, bar);
  if (name.empty()) {
    return std::nullopt;
  }
  const auto head = line.substr(0, static_cast<std::size_t>(name.data() - line.data()));
  if (head.find_first_not_of(" \t|\xE2\x94\x82\x83") != std::string_view::npos || head.empty()) {
    return std::nullopt;
  }
  return PlacedMention{mention_of(name, *amount, {}, MentionForm::pair),
                       static_cast<std::size_t>(name.data() - line.data()),
                       after};
}

std::optional<PlacedMention> pair_at(std::string_view line, std::size_t at) {
  const std::size_t size = sign_at(line, at);
  if (size == 0) {
    return std::nullopt;
  }
  const std::size_t value_at = skip_blanks(line, at + size);
  const auto amount = leading_amount(line.substr(value_at));
  if (!amount) {
    return std::nullopt;
  }
  const auto name = phrase_before(line, at);
  const std::size_t end = value_at + amount->length;
  // What stands before a bar is how far it is.
  const bool of_bar = amount->unit == "%" && end < line.size() && line[end] == '|';
  if (name.empty() || of_bar) {
    return std::nullopt;
  }
  return PlacedMention{mention_of(name, *amount, unit_behind(line, end), MentionForm::pair),
                       static_cast<std::size_t>(name.data() - line.data()),
                       end};
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
  if (at < field.size() && field[at] == '(') {
    const auto close = field.find(')', at);
    at = close == std::string_view::npos ? field.size() : skip_blanks(field, close + 1);
  }
  const auto unit = unit_behind(field, end);
  at = unit.empty() ? at : skip_blanks(field, end + 1 + unit.size());
  if (at >= field.size() || field[at] == '.' || field[at] == ')' || field[at] == ']' ||
      field[at] == '!') {
    return true;
  }
  if (std::string_view(":=-<>+*/").find(field[at]) != std::string_view::npos &&
      !(field[at] == '-' && at + 1 < field.size() && field[at + 1] == ' ')) {
    return false;
  }
  if (field[at] == '-') {
    return true;  // " - " parts fields
  }
  return index + 1 < numbers.size() && numbers[index + 1].begin > at &&
         !phrase_before(field, numbers[index + 1].begin).empty();
}

void names_before(std::string_view field,
                  const std::vector<Number>& numbers,
                  std::size_t offset,
                  std::vector<PlacedMention>& out) {
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const auto name = phrase_before(field, numbers[i].begin);
    if (name.empty() || !ends_its_field(field, numbers, i)) {
      continue;
    }
    out.push_back(
        {mention_of(
             name, numbers[i].amount, unit_behind(field, numbers[i].end), MentionForm::name_value),
         offset + static_cast<std::size_t>(name.data() - field.data()),
         offset + numbers[i].end});
  }
}

void names_behind(std::string_view field,
                  const std::vector<Number>& numbers,
                  std::size_t offset,
                  std::vector<PlacedMention>& out) {
  for (const auto& number : numbers) {
    std::size_t begin = skip_blanks(field, number.end);
    const bool far = begin > number.end + 2 && skip_blanks(field, 0) != number.begin;
    if (const auto unit = unit_behind(field, begin - 1); !unit.empty()) {
      const std::size_t next = skip_blanks(field, begin + unit.size());
      begin = phrase_after(field, next).empty() ? begin : next;
    }
    const auto name = phrase_after(field, begin);
    if (name.empty() || begin == number.end || far) {
      continue;
    }
    const std::size_t end = skip_blanks(field, begin + name.size());
    const bool ended = end >= field.size() || is_digit(field[end]) || field[end] == '.' ||
                       field[end] == ')' || field[end] == '(' || field[end] == '-' ||
                       end > begin + name.size();
    if (ended) {
      out.push_back({mention_of(name, number.amount, {}, MentionForm::value_name),
                     offset + number.begin,
                     offset + begin + name.size()});
    }
  }
}

void neighbours_in(std::string_view field, std::size_t offset, std::vector<PlacedMention>& out) {
  const auto numbers = numbers_of(field);
  if (numbers.empty()) {
    return;
  }
  // "1.23s user 0.02s system": names follow their numbers where numbers begin and names end.
  const std::size_t begin = skip_blanks(field, 0);
  const std::size_t behind = skip_blanks(field, numbers.back().end);
  const bool starts = numbers.front().begin == begin;
  const bool named_behind =
      !phrase_after(field, behind).empty() && unit_behind(field, numbers.back().end).empty();
  if (!starts || !named_behind) {
    names_before(field, numbers, offset, out);
  }
  names_behind(field, numbers, offset, out);
}

// A comma or full stop between two digits is part of a number.
bool parts_fields(std::string_view line, std::size_t at) {
  if (line[at] == ',') {
    return at + 1 >= line.size() || !is_digit(line[at + 1]);
  }
  return ends_field(line[at]) || line.substr(at).starts_with("\xE2\x94\x82");
}

}  // namespace

std::vector<PlacedMention> pairs_of(std::string_view line) {
  std::vector<PlacedMention> out;
  for (std::size_t at = 0; at < line.size();) {
    auto pair = pair_at(line, at);
    if (!pair && line[at] == '|') {
      pair = cells_at(line, at, 1);
    } else if (!pair && (line.substr(at).starts_with("\xE2\x94\x82") ||
                         line.substr(at).starts_with("\xE2\x94\x83"))) {
      pair = cells_at(line, at, 3);
    }
    if (pair) {
      at = pair->end;
      out.push_back(*std::move(pair));
    } else {
      ++at;
    }
  }
  return out;
}

std::vector<PlacedMention> neighbours_of(std::string_view line) {
  std::vector<PlacedMention> out;
  std::size_t begin = 0;
  for (std::size_t at = 0; at <= line.size(); ++at) {
    if (at == line.size() || parts_fields(line, at)) {
      neighbours_in(line.substr(begin, at - begin), begin, out);
      begin = at + 1;
    }
  }
  return out;
}

}  // namespace luthier
