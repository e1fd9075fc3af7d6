#include <array>

#include "base/format.h"
#include "cli/options/arguments.h"
#include "cli/output/help.h"
#include "cli/output/output.h"

namespace luthier::cli {
namespace {

constexpr std::array kExamples = {std::string_view("luthier help run"),
                                  std::string_view("luthier help --markdown")};
constexpr std::array kOperands = {Operand{.name = "COMMAND", .required = false}};
constexpr std::array kOptions = {
    Option{.name = "markdown", .meaning = "every command and option, as in docs/cli.md"}, kJson};

std::string everything_json() {
  std::string lines;
  for (const Command* command : commands()) {
    lines += command_json(*command);
  }
  return lines;
}

int run(const Arguments& arguments) {
  if (arguments.has("markdown")) {
    return finish(commands_markdown());
  }
  const auto name = arguments.operand(0);
  if (!name) {
    return finish(arguments.has("json") ? everything_json() : general_help());
  }
  const Command* command = find_command(*name);
  return command ? finish(arguments.has("json") ? command_json(*command) : help(*command))
                 : fail_usage(formatted("no command '{}'; 'luthier --help' lists them", *name));
}

}  // namespace

extern const Command kHelp;
const Command kHelp = {.name = "help",
                       .summary = "show how to use a command",
                       .examples = kExamples,
                       .operands = kOperands,
                       .options = kOptions,
                       .run = run};

}  // namespace luthier::cli
