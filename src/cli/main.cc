// The program `luthier`: finds the sub-command and hands over.
#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "base/text.h"
#include "cli/arguments.h"
#include "cli/help.h"
#include "cli/output.h"

namespace luthier::cli {
namespace {

// What other tools call our commands.
std::string_view other_name(std::string_view word) {
  struct Row {
    std::string_view theirs;
    std::string_view ours;
  };
  static constexpr std::array kRows = {
      Row{"list", "ls"},         Row{"experiments", "ls"}, Row{"status", "show"},
      Row{"info", "show"},       Row{"describe", "show"},  Row{"start", "run"},
      Row{"tune", "run"},        Row{"optimize", "run"},   Row{"search", "run"},
      Row{"kill", "stop"},       Row{"cancel", "stop"},    Row{"abort", "stop"},
      Row{"continue", "resume"}, Row{"restart", "resume"}, Row{"restore", "resume"},
      Row{"why", "explain"},     Row{"rerun", "retry"},    Row{"add", "extend"},
      Row{"check", "doctor"},    Row{"result", "best"},    Row{"results", "trials"}};
  const auto* const row = std::ranges::find(kRows, word, &Row::theirs);
  return row == kRows.end() ? std::string_view() : row->ours;
}

int unknown_command(const std::string& word) {
  constexpr std::array kRemoves = {"rm", "remove", "delete", "del", "clean", "purge"};
  if (std::ranges::find(kRemoves, word) != kRemoves.end()) {
    return fail_usage("no command '" + word +
                      "'; an experiment is a directory, so remove it with rm -r, as in: rm -r "
                      "luthier-results/EXPERIMENT");
  }
  std::vector<std::string> names;
  for (const Command* command : commands()) {
    names.emplace_back(command->name);
  }
  if (word.starts_with("-")) {
    return fail_usage("no option '" + word + "' before a command; see 'luthier --help'");
  }
  if (const auto ours = other_name(word); !ours.empty()) {
    return fail_usage("no command '" + word + "'; did you mean '" + std::string(ours) +
                      "'? known: " + join(names, ", "));
  }
  return fail_usage(unknown_name("command", word, names));
}

int run(std::vector<std::string> words) {
  if (words.empty()) {
    talk("no command given; 'luthier --help' lists them");
    return kUsage;
  }
  std::string name = words.front();
  words.erase(words.begin());
  if (name == "-h" || name == "--help") {
    return finish(general_help());
  }
  if (name == "--version") {
    name = "version";
  }
  const Command* command = find_command(name);
  if (command == nullptr) {
    return unknown_command(name);
  }
  const auto arguments = Arguments::parse(*command, words);
  if (!arguments) {
    return fail(arguments.error());
  }
  return arguments->wants_help() ? finish(help(*command)) : command->run(*arguments);
}

}  // namespace
}  // namespace luthier::cli

int main(int count, char** words) {
  return luthier::cli::run({words + 1, words + count});
}
