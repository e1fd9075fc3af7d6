#include "executors/results/lines/pairs.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "executors/results/words/amount.h"
#include "executors/results/words/phrases.h"

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
  return PlacedMention{named_amount(name, *amount, {}, MentionForm::pair),
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
  if (line[at] == ':' && name.size() > 4 && is_digit(name[0]) && is_digit(name[1]) &&
      name.find('-') != std::string_view::npos) {
    return std::nullopt;  // a date
  }
  const std::size_t end = value_at + amount->length;
  // What stands before a bar is how far it is.
  const bool of_bar = amount->unit == "%" && end < line.size() && line[end] == '|';
  if (name.empty() || of_bar) {
    return std::nullopt;
  }
  return PlacedMention{named_amount(name, *amount, unit_behind(line, end), MentionForm::pair),
                       static_cast<std::size_t>(name.data() - line.data()),
                       end};
}

}  // namespace

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

Mention named_amount(std::string_view name,
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

std::size_t skip_blanks(std::string_view line, std::size_t at) {
  while (at < line.size() && is_blank(line[at])) {
    ++at;
  }
  return at;
}

std::vector<PlacedMention> pairs_of(std::string_view line) {
  std::vector<PlacedMention> out;
  for (std::size_t at = 0; at < line.size();) {
    // Only these begin a sign or part cells.
    at = line.find_first_of("=:-|\xE2", at);
    if (at == std::string_view::npos) {
      break;
    }
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

}  // namespace luthier
