// Correction: what a person typed, and the same as it would work.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace luthier::cli {

// A word as the shell reads it back; placeholders such as {lr} stay without quotes.
std::string typed_word(const std::string& word);
// The program after `--` as it should be typed: a Python file gets python3 before it where it can't
// be run by itself.
std::vector<std::string> runnable(std::span<const std::string> program);

// A program in one text, parted at blanks.
std::vector<std::string> split_words(const std::string& text);

class Correction {
 public:
  // `words`: those after the name of the command.
  Correction(std::string_view command, std::span<const std::string> words);

  // Later places stay those of the words as typed. Precondition: edits don't overlap.
  void replace(std::size_t at, std::size_t count, std::vector<std::string> with);
  void append(const std::vector<std::string>& words);  // at the end
  // Word `at` and all after it are the program.
  void program_from(std::size_t at);
  // In place of what follows `--`, or with it at the end.
  void replace_program(const std::vector<std::string>& program);

  std::string line() const;  // "luthier run --min loss -n 20 -- python3 train.py"

 private:
  std::string command_;
  std::vector<std::vector<std::string>> words_;  // what stands in the place of each word
};

}  // namespace luthier::cli
