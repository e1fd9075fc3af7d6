#include "cli/advice/placeholder_guess.h"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "base/format.h"

namespace luthier::cli {
namespace {

bool is_word_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

std::size_t replace_all(std::string& text, std::string_view from, std::string_view to) {
  std::size_t count = 0;
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
    ++count;
  }
  return count;
}

// Where `$name` stands as a whole word.
std::size_t find_variable(std::string_view text, const std::string& name) {
  const std::string variable = "$" + name;
  for (auto at = text.find(variable); at != std::string_view::npos;
       at = text.find(variable, at + 1)) {
    const auto end = at + variable.size();
    if (end == text.size() || !is_word_character(text[end])) {
      return at;
    }
  }
  return std::string_view::npos;
}

// Whether {name} or {args} or a file of all parameters is among the words. {{ is no brace of ours,
// and ${name} would become $0.5.
bool reaches(std::span<const std::string> program, const std::string& name) {
  return std::ranges::any_of(program, [&](std::string word) {
    replace_all(word, formatted("${{{}}}", name), "");
    replace_all(word, "{{", "");
    replace_all(word, "}}", "");
    return word.find(formatted("{{{}}}", name)) != std::string::npos ||
           word.find(formatted("{{{}...", name)) != std::string::npos ||
           word.find("{args") != std::string::npos ||
           word.find("{params.file") != std::string::npos ||
           word.find("{template:") != std::string::npos;
  });
}

// `lr=`, `for lr in`, `read lr`: the name outside of `$lr`; or the caller's environment has it.
bool is_set_in_shell(std::string text, const std::string& name) {
  replace_all(text, "$" + name, "");
  replace_all(text, "${" + name, "");
  return text.find(name) != std::string::npos || std::getenv(name.c_str()) != nullptr;
}

// The spellings that can't be anything else in a word without blanks.
std::string replace_spelling(std::string& word, const std::string& name) {
  const std::string meant = formatted("{{{}}}", name);
  for (const auto& [begin, end] : {std::pair<std::string_view, std::string_view>{"{{", "}}"},
                                   {"${", "}"},
                                   {"$(", ")"},
                                   {"%(", ")s"},
                                   {"%", "%"},
                                   {"<", ">"},
                                   {"@", "@"}}) {
    const std::string spelling = std::string(begin) + name + std::string(end);
    if (replace_all(word, spelling, meant) > 0) {
      return spelling;
    }
  }
  if (const auto at = find_variable(word, name); at != std::string_view::npos) {
    word.replace(at, name.size() + 1, meant);
    return "$" + name;
  }
  return {};
}

std::string replace_in_shell(std::string& text, const std::string& name) {
  if (is_set_in_shell(text, name)) {
    return {};
  }
  const std::string meant = formatted("{{{}}}", name);
  const bool braced = replace_all(text, formatted("${{{}}}", name), meant) > 0;
  bool plain = false;
  for (auto at = find_variable(text, name); at != std::string_view::npos;
       at = find_variable(text, name)) {
    text.replace(at, name.size() + 1, meant);
    plain = true;
  }
  return plain ? "$" + name : braced ? formatted("${{{}}}", name) : "";
}

}  // namespace

PlaceholderGuess guess_placeholders(std::span<const std::string> program,
                                    std::span<const std::string> parameters) {
  PlaceholderGuess guess{.program = {program.begin(), program.end()}};
  for (const auto& name : parameters) {
    if (reaches(program, name)) {
      continue;
    }
    for (std::size_t i = 1; i < guess.program.size(); ++i) {
      std::string& word = guess.program[i];
      const bool shell = guess.program[i - 1] == "-c" || guess.program[i - 1] == "-lc";
      const bool text = word.find_first_of(" \t\n") != std::string::npos;
      const std::string found = shell  ? replace_in_shell(word, name)
                                : text ? std::string()
                                       : replace_spelling(word, name);
      if (guess.as_typed.empty() && !found.empty()) {
        guess.as_typed = found;
        guess.meant = formatted("{{{}}}", name);
      }
    }
  }
  return guess;
}

}  // namespace luthier::cli
