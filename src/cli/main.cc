// The program `luthier`: finds the sub-command and hands over.
#include <algorithm>
#include <array>
#include <filesystem>
#include <string>
#include <vector>

#include "base/format.h"
#include "base/text.h"
#include "cli/advice/correction.h"
#include "cli/options/arguments.h"
#include "cli/options/limits.h"
#include "cli/options/option_table.h"
#include "cli/output/help.h"
#include "cli/output/output.h"

namespace luthier::cli {
namespace {

// What other tools call our commands.
std::string_view other_name(std::string_view word) {
  struct Row {
    std::string_view theirs;
    std::string_view ours;
  };
  static constexpr std::array kRows = {
      Row{"list", "ls"},          Row{"experiments", "ls"}, Row{"status", "show"},
      Row{"info", "show"},        Row{"describe", "show"},  Row{"start", "run"},
      Row{"tune", "run"},         Row{"optimize", "run"},   Row{"search", "run"},
      Row{"kill", "stop"},        Row{"cancel", "stop"},    Row{"abort", "stop"},
      Row{"continue", "resume"},  Row{"restart", "resume"}, Row{"restore", "resume"},
      Row{"why", "explain"},      Row{"rerun", "retry"},    Row{"add", "extend"},
      Row{"check", "doctor"},     Row{"result", "best"},    Row{"results", "trials"},
      Row{"remove", "rm"},        Row{"delete", "rm"},      Row{"del", "rm"},
      Row{"clean", "rm"},         Row{"purge", "rm"},       Row{"test", "try"},
      Row{"probe", "try"},        Row{"inspect", "try"},    Row{"study", "run"},
      Row{"create-study", "run"}, Row{"train", "run"},      Row{"log", "logs"},
      Row{"history", "trials"},   Row{"dashboard", "show"}, Row{"watch", "top"},
      Row{"monitor", "top"},      Row{"follow", "top"}};
  const auto* const row = std::ranges::find(kRows, word, &Row::theirs);
  return row == kRows.end() ? std::string_view() : row->ours;
}

// A program or an option of `run` where the command should stand.
int no_command_before(const std::vector<std::string>& words) {
  const bool option = words.front().starts_with("-");
  Correction correction("run", words);
  if (!option) {
    correction.program_from(0);
  }
  return fail_usage(
      formatted("no command before '{}'; type: {}", words.front(), correction.line()));
}

// One that only `run` and `try` have.
bool is_option_of_run(const std::string& word) {
  return std::ranges::any_of(options_of_run(), [&](const Option& option) {
    return !option.stands(in::resume) &&
           (word == "--" + std::string(option.name) ||
            (option.letter != 0 && word == std::string{'-', option.letter}));
  });
}

bool is_program(const std::string& word) {
  std::error_code ignored;
  return word.ends_with(".py") || word.ends_with(".sh") || word == "python" || word == "python3" ||
         (word.find('/') != std::string::npos && std::filesystem::exists(word, ignored));
}

int unknown_command(const std::string& word) {
  std::vector<std::string> names;
  for (const Command* command : commands()) {
    names.emplace_back(command->name);
  }
  if (word.starts_with("-")) {
    return fail_usage(formatted("no option '{}' before a command; see 'luthier --help'", word));
  }
  if (const auto ours = other_name(word); !ours.empty()) {
    return fail_usage(
        formatted("no command '{}'; did you mean '{}'? known: {}", word, ours, join(names, ", ")));
  }
  return fail_usage(unknown_name("command", word, names));
}

int run(std::vector<std::string> words) {
  if (words.empty()) {
    talk("no command given; 'luthier --help' lists the commands");
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
    words.insert(words.begin(), name);
    return is_option_of_run(name) || is_program(name) ? no_command_before(words)
                                                      : unknown_command(name);
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
  luthier::cli::meet_limits();
  return luthier::cli::run({words + 1, words + count});
}
