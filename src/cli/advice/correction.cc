#include "cli/advice/correction.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "base/text.h"
#include "tuner/advice.h"

namespace luthier::cli {

std::string typed_word(const std::string& word) {
  std::string without_braces;
  bool plain = word.find("..") == std::string::npos && word.find(',') == std::string::npos;
  for (const char c : word) {
    if (c != '{' && c != '}') {
      without_braces += c;
    }
  }
  plain = plain && !without_braces.empty() && shell_word(without_braces) == without_braces;
  return plain ? word : shell_word(word);
}

std::vector<std::string> runnable(std::span<const std::string> program) {
  std::vector<std::string> words(program.begin(), program.end());
  if (words.empty() || !words.front().ends_with(".py")) {
    return words;
  }
  const bool by_itself =
      words.front().find('/') != std::string::npos && ::access(words.front().c_str(), X_OK) == 0;
  if (!by_itself) {
    words.insert(words.begin(), "python3");
  }
  return words;
}

std::vector<std::string> split_words(const std::string& text) {
  std::vector<std::string> words = split(text, ' ');
  std::erase(words, "");
  return words;
}

Correction::Correction(std::string_view command, std::span<const std::string> words)
    : command_(command) {
  for (const auto& word : words) {
    words_.push_back({word});
  }
}

void Correction::replace(std::size_t at, std::size_t count, std::vector<std::string> with) {
  for (std::size_t i = at; i < std::min(at + count, words_.size()); ++i) {
    words_[i].clear();
  }
  words_[at] = std::move(with);
}

void Correction::append(const std::vector<std::string>& words) {
  words_.push_back(words);
}

void Correction::program_from(std::size_t at) {
  std::vector<std::string> program;
  for (std::size_t i = at; i < words_.size(); ++i) {
    program.insert(program.end(), words_[i].begin(), words_[i].end());
  }
  words_.resize(at);
  words_.push_back({"--"});
  words_.push_back(runnable(program));
}

void Correction::replace_program(const std::vector<std::string>& program) {
  const auto dashes = std::ranges::find(words_, std::vector<std::string>{"--"});
  words_.erase(dashes, words_.end());
  words_.push_back({"--"});
  words_.push_back(program);
}

std::string Correction::line() const {
  std::string text = "luthier " + command_;
  for (const auto& words : words_) {
    for (const auto& word : words) {
      text += " " + typed_word(word);
    }
  }
  return text;
}

}  // namespace luthier::cli
