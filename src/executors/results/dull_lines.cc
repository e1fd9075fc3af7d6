#include "executors/results/dull_lines.h"

#include <algorithm>
#include <utility>

namespace luthier {
namespace {

constexpr std::size_t kLongest = 1000;  // bytes of a line that is looked at

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
char upper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}
bool in_word(char c) {
  return (lower(c) >= 'a' && lower(c) <= 'z') || (c >= '0' && c <= '9');
}

bool starts_with(std::string_view text, std::string_view word, bool any_case) {
  return text.size() >= word.size() &&
         std::equal(word.begin(), word.end(), text.begin(), [&](char a, char b) {
           return a == (any_case ? lower(b) : b);
         });
}

// What could be a heading, as far as its ends say.
bool may_head(std::string_view line) {
  return lower(line.front()) == 'e' || line.back() == ':' || line.back() == '.';
}

bool begins_passage(std::string_view line) {
  return starts_with(line, "Traceback", false) || starts_with(line, "usage:", true);
}

}  // namespace

DullLines::DullLines(std::vector<std::string> words, bool any_case)
    : words_(std::move(words)), any_case_(any_case) {
  for (std::size_t c = 0; c < marks_.size(); ++c) {
    const bool plain = (c >= 0x20 && c < 0x7F) || c == '\t';
    marks_[c] = plain ? Mark::none : Mark::telling;
  }
  for (const char c : {'|', '[', '{'}) {
    marks_[static_cast<unsigned char>(c)] = Mark::telling;
  }
  marks_['='] = Mark::equals;
  for (const auto& word : words_) {
    const char first = word.empty() ? '=' : word.front();
    for (const char c : {first, any_case ? upper(first) : first}) {
      Mark& mark = marks_[static_cast<unsigned char>(c)];
      const bool plain = mark == Mark::none || mark == Mark::begins_word;
      mark = plain && !word.empty() ? Mark::begins_word : Mark::telling;
    }
  }
}

bool DullLines::word_at(std::string_view rest) const {
  const char second = rest.size() > 1 ? rest[1] : '\0';
  return std::ranges::any_of(words_, [&](const std::string& word) {
    const bool may = word.size() < 2 || word[1] == (any_case_ ? lower(second) : second);
    return may && starts_with(rest, word, any_case_);
  });
}

// Whether a dull line begins `bytes`; `end`: where its line end stands.
bool DullLines::is_dull(std::string_view bytes, std::size_t& end) const {
  bool equals = false;
  const std::size_t limit = std::min(bytes.size(), kLongest);
  for (std::size_t at = 0; at < limit; ++at) {
    const Mark mark = marks_[static_cast<unsigned char>(bytes[at])];
    if (mark == Mark::none) {
      continue;
    }
    if (mark == Mark::equals) {
      equals = true;
    } else if (mark == Mark::telling) {
      end = at;
      const auto line = bytes.substr(0, at);
      return bytes[at] == '\n' && !line.empty() && in_word(line.front()) && line.back() != ' ' &&
             line.back() != '\t' && (equals || !may_head(line)) && !begins_passage(line);
    } else if (word_at(bytes.substr(at, limit - at))) {
      return false;
    }
  }
  return false;
}

std::size_t DullLines::skippable(std::string_view bytes) const {
  std::size_t last = 0;
  std::size_t begin = 0;
  std::size_t end = 0;
  while (is_dull(bytes.substr(begin), end)) {
    last = begin;
    begin += end + 1;
  }
  return last;
}

}  // namespace luthier
