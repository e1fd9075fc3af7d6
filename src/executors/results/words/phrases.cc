#include "executors/results/words/phrases.h"

#include <algorithm>
#include <array>

#include "executors/results/words/amount.h"

namespace luthier {
namespace {

using namespace std::string_view_literals;

constexpr int kMostWords = 12;
constexpr std::size_t kLongestNote = 48;
constexpr std::size_t kLongestName = 128;

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0x80;
}
bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

// Box drawings and block elements, the last byte of which is at `at`.
bool box_ends_at(std::string_view line, std::size_t at) {
  return at >= 2 && line[at - 2] == '\xE2' && line[at - 1] >= '\x94' && line[at - 1] <= '\x97' &&
         static_cast<unsigned char>(line[at]) >= 0x80;
}

bool in_name(std::string_view line, std::size_t at) {
  const char c = line[at];
  if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) {
    return true;
  }
  if (static_cast<unsigned char>(c) >= 0x80) {
    return !box_ends_at(line, at);
  }
  return "_./-@'#^+&%~$"sv.find(c) != std::string_view::npos;
}

std::size_t word_begin(std::string_view line, std::size_t end) {
  while (end > 0 && in_name(line, end - 1)) {
    --end;
  }
  return end;
}

bool has_letter(std::string_view word) {
  return std::ranges::any_of(word, is_letter);
}

// Words of a log line's head, not of a name.
bool is_log_word(std::string_view word) {
  constexpr std::array kLevels = {
      "INFO"sv, "DEBUG"sv, "WARNING"sv, "WARN"sv, "ERROR"sv, "TRACE"sv, "NOTICE"sv, "LOG"sv};
  return std::ranges::find(kLevels, word) != kLevels.end() ||
         word.find(".py") != std::string_view::npos || word.find(".cpp") != std::string_view::npos;
}

bool is_flag(std::string_view line, std::size_t begin, std::string_view word) {
  return word.starts_with("-") && (begin == 0 || is_blank(line[begin - 1]) ||
                                   "'\"[(,="sv.find(line[begin - 1]) != std::string_view::npos);
}

// "the 10000" in "on the 10000 test images".
bool takes_number(std::string_view word) {
  constexpr std::array kWords = {
      "the"sv, "top"sv, "Top"sv, "first"sv, "last"sv, "on"sv, "of"sv, "all"sv};
  return std::ranges::find(kWords, word) != kWords.end();
}

// Begin of a note such as "(CPU seconds)" that ends before `end`; `end` where there is none.
std::size_t note_begin(std::string_view line, std::size_t end) {
  if (end == 0 || (line[end - 1] != ')' && line[end - 1] != ']')) {
    return end;
  }
  const char open = line[end - 1] == ')' ? '(' : '[';
  for (std::size_t at = end - 1; at > 0 && end - at < kLongestNote; --at) {
    if (line[at - 1] == open) {
      return at - 1;
    }
  }
  return end;
}

std::size_t skip_blanks_back(std::string_view line, std::size_t end) {
  while (end > 0 && is_blank(line[end - 1])) {
    --end;
  }
  return end;
}

std::string_view quoted_before(std::string_view line, std::size_t end) {
  const auto open = end >= 2 ? line.rfind(line[end - 1], end - 2) : std::string_view::npos;
  if (open == std::string_view::npos || end - open > kLongestName) {
    return {};
  }
  const auto name = line.substr(open + 1, end - open - 2);
  return has_letter(name) ? name : std::string_view();
}

// The begin of the word that goes before the one at `begin` in the same phrase; `begin` if none.
std::size_t word_before(std::string_view line, std::size_t begin) {
  if (begin < 2 || line[begin - 1] != ' ' || !in_name(line, begin - 2)) {
    return begin;
  }
  const std::size_t start = word_begin(line, begin - 1);
  const auto word = line.substr(start, begin - 1 - start);
  if (is_flag(line, start, word) || is_log_word(word) || word.back() == '.') {
    return word.size() > 1 && word.size() < 6 && word.back() == '.' && !is_amount(word) &&
                   has_letter(word)
               ? start  // an abbreviation: "Val. Loss"
               : begin;
  }
  if (has_letter(word) && !is_amount(word)) {
    return start;
  }
  if (start >= 2 && line[start - 1] == ' ' && in_name(line, start - 2)) {
    const std::size_t before = word_begin(line, start - 1);
    return takes_number(line.substr(before, start - 1 - before)) ? start : begin;
  }
  return begin;
}

}  // namespace

std::string_view phrase_before(std::string_view line, std::size_t end) {
  end = skip_blanks_back(line, end);
  if (end > 0 && (line[end - 1] == '"' || line[end - 1] == '\'')) {
    return quoted_before(line, end);
  }
  std::size_t begin = skip_blanks_back(line, note_begin(line, end));
  if (begin == 0 || !in_name(line, begin - 1)) {
    return {};
  }
  begin = word_begin(line, begin);
  const auto last = line.substr(begin, end - begin);
  if (!has_letter(last) || is_flag(line, begin, last) || is_amount(last) ||
      last.size() > kLongestName) {
    return {};
  }
  for (int words = 1; words < kMostWords; ++words) {
    const std::size_t before = word_before(line, begin);
    if (before == begin || end - before > kLongestName) {
      break;
    }
    begin = before;
  }
  return line.substr(begin, end - begin);
}

std::string_view phrase_after(std::string_view line, std::size_t begin) {
  std::size_t end = begin;
  while (end < line.size() && end - begin < kLongestName) {
    std::size_t word_end = end;
    while (word_end < line.size() && in_name(line, word_end)) {
      ++word_end;
    }
    const auto word = line.substr(end, word_end - end);
    if (word.empty() || !has_letter(word) || is_amount(word)) {
      break;
    }
    end = word_end;
    if (end + 1 >= line.size() || line[end] != ' ') {
      break;
    }
    ++end;
  }
  while (end > begin && is_blank(line[end - 1])) {
    --end;
  }
  return line.substr(begin, end - begin);
}

}  // namespace luthier
