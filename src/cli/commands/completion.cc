// Completion scripts for bash and zsh, written from the command table. Names of experiments,
// plugins and trials come from luthier itself while completing.
#include <array>

#include "base/format.h"
#include "cli/options/arguments.h"
#include "cli/output/help.h"
#include "cli/output/output.h"

namespace luthier::cli {
namespace {

constexpr std::array kExamples = {
    std::string_view("source <(luthier completion bash)   # in ~/.bashrc"),
    std::string_view("source <(luthier completion zsh)    # in ~/.zshrc, after compinit")};
constexpr std::array kOperands = {
    Operand{.name = "SHELL", .completes = Completes::words, .words = "bash zsh"}};

// The shell command whose output holds the words.
std::string words_command(Completes completes, std::string_view words) {
  switch (completes) {
    case Completes::experiment:
      return "$(luthier ls 2>/dev/null | awk 'NR>1 {print $1}')";
    case Completes::searcher:
    case Completes::scheduler:
    case Completes::logger: {
      const std::string kind = completes == Completes::searcher    ? "searcher"
                               : completes == Completes::scheduler ? "scheduler"
                                                                   : "logger";
      return formatted("$(luthier plugins 2>/dev/null | awk '$1==\"{}\" {{print $2}}')", kind);
    }
    case Completes::words:
      return std::string(words);
    default:
      return {};
  }
}

std::string reply(Completes completes, std::string_view words) {
  if (completes == Completes::file) {
    return "COMPREPLY=($(compgen -f -- \"$current\"))";
  }
  if (completes == Completes::directory) {
    return "COMPREPLY=($(compgen -d -- \"$current\"))";
  }
  const std::string list = words_command(completes, words);
  return list.empty() ? "COMPREPLY=()"
                      : formatted("COMPREPLY=($(compgen -W \"{}\" -- \"$current\"))", list);
}

std::string value_cases(const Command& command) {
  std::string text;
  for (const Option& option : command.options) {
    if (option.takes_value()) {
      text += "        --" + std::string(option.name);
      text += option.letter ? std::string("|-") + option.letter : std::string();
      text += formatted(") {}; return;;\n", reply(option.completes, option.words));
    }
  }
  return text;
}

std::string option_words(const Command& command) {
  std::string words;
  for (const Option& option : command.options) {
    words += formatted("--{} ", option.name);
  }
  return words + "--help";
}

std::string operand_reply(const Command& command) {
  const bool any = !command.operands.empty();
  return any ? reply(command.operands.front().completes, command.operands.front().words)
             : "COMPREPLY=()";
}

std::string bash() {
  std::string names, cases;
  for (const Command* command : commands()) {
    names += std::string(command->name) + " ";
    const std::string values = value_cases(*command);
    cases += formatted("    {})\n", command->name);
    if (!values.empty()) {
      cases += formatted("      case \"$previous\" in\n{}      esac\n", values);
    }
    cases += formatted(
        "      if [[ \"$current\" == -* ]]; then\n"
        "        COMPREPLY=($(compgen -W \"{}\" -- \"$current\"))\n"
        "      else\n"
        "        {}\n"
        "      fi;;\n",
        option_words(*command),
        operand_reply(*command));
  }
  return formatted(
      "_luthier() {{\n"
      "  local current=\"${{COMP_WORDS[COMP_CWORD]}}\" previous=\"${{COMP_WORDS[COMP_CWORD-1]}}\"\n"
      "  if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
      "    COMPREPLY=($(compgen -W \"{}\" -- \"$current\"))\n"
      "    return\n"
      "  fi\n"
      "  case \"${{COMP_WORDS[1]}}\" in\n"
      "{}  esac\n"
      "}}\n"
      "complete -F _luthier luthier\n",
      names,
      cases);
}

int run(const Arguments& arguments) {
  const std::string& shell = arguments.operands().front();
  if (shell == "bash") {
    return finish(bash());
  }
  if (shell == "zsh") {
    return finish("autoload -U +X bashcompinit && bashcompinit\n" + bash());
  }
  return fail_usage(formatted("no completion for shell '{}'; known: bash, zsh", shell));
}

}  // namespace

extern const Command kCompletion;
const Command kCompletion = {.name = "completion",
                             .summary = "print the completion script of a shell",
                             .examples = kExamples,
                             .operands = kOperands,
                             .run = run};

}  // namespace luthier::cli
