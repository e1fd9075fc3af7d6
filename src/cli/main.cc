// The program `luthier`: finds the sub-command and hands over.
#include <string>
#include <vector>

#include "base/text.h"
#include "cli/arguments.h"
#include "cli/help.h"
#include "cli/output.h"

namespace luthier::cli {
namespace {

int unknown_command(const std::string& word) {
  std::vector<std::string> names;
  for (const Command* command : commands()) {
    names.emplace_back(command->name);
  }
  if (word.starts_with("-")) {
    return fail_usage("no option '" + word + "' before a command; see 'luthier --help'");
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
