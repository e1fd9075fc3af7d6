#include "cli/output/help.h"

#include <algorithm>
#include <vector>

#include "base/format.h"
#include "base/terminal_text.h"
#include "base/text.h"
#include "cli/commands/client.h"
#include "core/json_writer.h"

namespace luthier::cli {
namespace {

constexpr int kOptionWidth = 30;

std::string left_column(const Option& option) {
  std::string text = option.letter ? formatted("-{}, ", option.letter) : std::string("    ");
  text += "--" + std::string(option.name);
  if (option.takes_value()) {
    text += " " + std::string(option.argument);
  }
  return text;
}

std::string two_columns(const std::string& left, std::string_view right, int width) {
  const std::string indent = formatted("  {}  ", pad_right("", width));
  if (display_width(left) > width) {
    return formatted("  {}\n{}{}\n", left, indent, right);
  }
  return formatted("  {}  {}\n", pad_right(left, width), right);
}

// With its default.
std::string meaning_of(const Option& option) {
  std::string meaning(option.meaning);
  if (!option.default_text.empty()) {
    meaning += formatted(" (default: {})", option.default_text);
  }
  return meaning;
}

std::string option_line(const Option& option) {
  const std::string meaning = meaning_of(option) + (option.repeatable ? "; may repeat" : "");
  return two_columns(left_column(option), meaning, kOptionWidth);
}

std::vector<std::string_view> groups(const Command& command) {
  std::vector<std::string_view> names;
  for (const Option& option : command.options) {
    if (std::ranges::find(names, option.group) == names.end()) {
      names.push_back(option.group);
    }
  }
  return names;
}

std::string markdown_cell(std::string_view text) {
  std::string out;
  for (const char c : text) {
    out += c == '|' ? "\\|" : std::string(1, c);
  }
  return out;
}

std::string markdown_row(const Option& option) {
  std::string spelling = option.letter ? formatted("`-{}`, ", option.letter) : std::string();
  spelling += "`--" + std::string(option.name);
  spelling += option.takes_value() ? formatted(" {}`", option.argument) : "`";
  return formatted("| {} | {} | {}{} |\n",
                   option.group,
                   markdown_cell(spelling),
                   markdown_cell(meaning_of(option)),
                   option.repeatable ? "; may repeat" : "");
}

// A command before this one whose options it takes.
const Command* first_with_options_of(const Command& command) {
  const auto first = std::ranges::find_if(commands(), [&](const Command* each) {
    return each->options.data() == command.options.data();
  });
  return command.options.empty() || *first == &command ? nullptr : *first;
}

}  // namespace

const Command* find_command(std::string_view name) {
  if (name == kClient.name) {
    return &kClient;
  }
  const auto found = std::ranges::find(commands(), name, &Command::name);
  return found == commands().end() ? nullptr : *found;
}

std::string usage(const Command& command) {
  std::string text = "luthier " + std::string(command.name);
  for (const Operand& operand : command.operands) {
    const std::string name = std::string(operand.name) + (operand.repeatable ? "..." : "");
    text += operand.required ? " " + name : formatted(" [{}]", name);
  }
  text += command.options.empty() ? "" : " [OPTIONS]";
  return text + (command.takes_program ? " [-- PROGRAM ARGUMENTS...]" : "");
}

std::string general_help() {
  std::string text =
      "Luthier tunes programs: it runs trials of them, stops the hopeless ones early and finds "
      "the\n"
      "best configuration.\n\nExamples:\n"
      "  luthier run --min loss -n 20 -p lr='loguniform(1e-5, 1e-1)' -- python train.py --lr {lr}\n"
      "  luthier ls\n"
      "  luthier best train-2026-01-31-120000\n\nCommands:\n";
  for (const Command* command : commands()) {
    text += two_columns(std::string(command->name), command->summary, 10);
  }
  return text + "\n'luthier COMMAND --help' says more about each.\n";
}

std::string help(const Command& command) {
  std::string text = formatted("luthier {}: {}", command.name, command.summary);
  text += "\n\nExamples:\n";
  for (const auto example : command.examples) {
    text += formatted("  {}\n", example);
  }
  text += formatted("\nUsage: {}\n", usage(command));
  for (const auto group : groups(command)) {
    text += formatted("\nOptions{}:\n", group.empty() ? std::string() : formatted(" ({})", group));
    for (const Option& option : command.options) {
      if (option.group == group) {
        text += option_line(option);
      }
    }
  }
  return text + (command.options.empty() ? "\n" : "") +
         two_columns("-h, --help", "this text", kOptionWidth);
}

std::string command_json(const Command& command) {
  std::string out;
  JsonWriter json(out);
  json.object()
      .field("schema", 1)
      .field("command", command.name)
      .field("summary", command.summary)
      .field("usage", usage(command))
      .field("examples", command.examples);
  json.list_of("options", command.options, [&](const Option& option) {
    json.object()
        .field("name", option.name)
        .field("letter", option.letter ? Value(std::string(1, option.letter)) : Value())
        .field("argument", option.takes_value() ? Value(option.argument) : Value())
        .field("meaning", meaning_of(option))
        .field("group", option.group)
        .field("repeatable", option.repeatable)
        .end();
  });
  json.end();
  return out + "\n";
}

std::string commands_markdown() {
  std::string text;
  for (const Command* command : commands()) {
    text += formatted("### {}\n\n{}.\n\n", command->name, command->summary);
    text += formatted("```\n{}\n", usage(*command));
    for (const auto example : command->examples) {
      text += "\n" + std::string(example);
    }
    text += "\n```\n\n";
    if (const Command* same = first_with_options_of(*command)) {
      text += formatted("The options are those of `{}`.\n\n", same->name);
    } else if (!command->options.empty()) {
      text += "| group | option | meaning |\n|---|---|---|\n";
      for (const Option& option : command->options) {
        text += markdown_row(option);
      }
      text += "\n";
    }
  }
  return text;
}

}  // namespace luthier::cli
