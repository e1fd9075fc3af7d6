#include "executors/results/lines/dull_lines.h"

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

// The rarer a character is in the output of programs, the less often a line has to be looked at.
std::size_t commonness(char c) {
  constexpr std::string_view kRarestFirst = "zqjxkvbywgfphmucdlrsnotiae";
  const auto rank = kRarestFirst.find(lower(c));
  return rank == std::string_view::npos ? kRarestFirst.size() : rank;
}

// Of a line without a word that is listened for.
bool says_nothing(std::string_view line) {
  return !line.empty() && in_word(line.front()) && line.back() != ' ' && line.back() != '\t' &&
         (!may_head(line) || line.find('=') != std::string_view::npos) && !begins_passage(line);
}

}  // namespace

DullLines::DullLines(std::vector<std::string> words, bool any_case) : any_case_(any_case) {
  for (std::size_t c = 0; c < marks_.size(); ++c) {
    const bool plain = (c >= 0x20 && c < 0x7F) || c == '\t';
    marks_[c] = plain ? Mark::none : Mark::telling;
  }
  for (const char c : {'|', '[', '{'}) {
    marks_[static_cast<unsigned char>(c)] = Mark::telling;
  }
  for (auto& word : words) {
    listen_for(std::move(word));
  }
}

void DullLines::listen_for(std::string text) {
  if (text.empty()) {
    marks_.fill(Mark::telling);  // it is in every line
    return;
  }
  const auto rarest = std::ranges::min_element(text, {}, commonness);
  for (const char c : {*rarest, any_case_ ? upper(*rarest) : *rarest}) {
    Mark& mark = marks_[static_cast<unsigned char>(c)];
    const bool plain = mark == Mark::none || mark == Mark::of_word;
    mark = plain ? Mark::of_word : Mark::telling;
  }
  const auto place = static_cast<std::size_t>(rarest - text.begin());
  const std::size_t beside = place + 1 < text.size() ? place + 1 : place > 0 ? place - 1 : 0;
  words_.push_back({std::move(text), place, beside});
}

// Whether the word stands where its rarest character is the one at `at`.
bool DullLines::Word::stands_around(std::string_view bytes, std::size_t at, bool any_case) const {
  const std::size_t next = at + beside - rarest;  // wraps where the word would begin before bytes
  const auto same = [&](char c, char of_word) { return (any_case ? lower(c) : c) == of_word; };
  return next < bytes.size() && same(bytes[next], text[beside]) && rarest <= at &&
         same(bytes[at], text[rarest]) && starts_with(bytes.substr(at - rarest), text, any_case);
}

bool DullLines::is_word(std::string_view bytes, std::size_t at) const {
  for (const Word& word : words_) {
    if (word.stands_around(bytes, at, any_case_)) {
      return true;
    }
  }
  return false;
}

// Where the next character with a mark stands.
std::size_t DullLines::next_marked(std::string_view bytes, std::size_t at) const {
  const auto mark = [&](std::size_t i) {
    return static_cast<unsigned>(marks_[static_cast<unsigned char>(bytes[i])]);
  };
  while (at + 4 <= bytes.size() && (mark(at) | mark(at + 1) | mark(at + 2) | mark(at + 3)) == 0) {
    at += 4;
  }
  while (at < bytes.size() && mark(at) == 0) {
    ++at;
  }
  return at;
}

// Whether a dull line begins `bytes`; `end`: where its line end stands.
bool DullLines::is_dull(std::string_view bytes, std::size_t& end) const {
  bytes = bytes.substr(0, kLongest);
  for (end = next_marked(bytes, 0); end < bytes.size(); end = next_marked(bytes, end + 1)) {
    if (marks_[static_cast<unsigned char>(bytes[end])] == Mark::telling) {
      return bytes[end] == '\n' && says_nothing(bytes.substr(0, end));
    }
    if (is_word(bytes, end)) {
      return false;
    }
  }
  return false;
}

std::size_t DullLines::skippable(std::string_view bytes, bool but_last) const {
  std::size_t last = 0;
  std::size_t begin = 0;
  std::size_t end = 0;
  while (is_dull(bytes.substr(begin), end)) {
    last = begin;
    begin += end + 1;
  }
  return but_last ? last : begin;
}

}  // namespace luthier
