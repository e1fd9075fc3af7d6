#include "executors/programs/command/command_template.h"

#include <algorithm>
#include <utility>

#include "base/failure.h"
#include "base/text.h"
#include "executors/programs/command/command_parser.h"

namespace luthier {

Result<CommandTemplate> CommandTemplate::parse(std::span<const std::string> command,
                                               std::span<const std::string> parameters,
                                               ParameterWords words) {
  if (command.empty() || command.front().empty()) {
    return Error{
        ErrorCode::invalid_argument,
        "there is no command to run; give it after --, as in: -- python train.py --lr {lr}"};
  }
  CommandTemplate parsed = of_function(std::move(words));
  Parser parser(parsed, parameters);
  parser.parameter_names();
  for (const auto& text : command) {
    parser.argument(text);
  }
  parser.whole();
  if (!parser.problems.empty()) {
    return Error{ErrorCode::invalid_argument, join(parser.problems, "\n")};
  }
  return parsed;
}

CommandTemplate CommandTemplate::of_function(ParameterWords words) {
  CommandTemplate made;
  made.words_ = std::move(words);
  return made;
}

std::string CommandTemplate::substitute(const Argument& argument,
                                        const CommandContext& context) const {
  std::string out;
  for (const auto& piece : argument) {
    switch (piece.kind) {
      case Kind::text:
        out += piece.text;
        break;
      case Kind::parameter:
        out += words_.text(piece.text, *context.config->find(piece.text));
        break;
      case Kind::id:
        out += std::to_string(context.trial.value);
        break;
      case Kind::directory:
        out += context.directory.string();
        break;
      case Kind::seed:
        out += std::to_string(context.seed);
        break;
      case Kind::file:
        out += parameters_path(context.directory, piece.format).string();
        break;
      case Kind::copy:
        out += (context.directory / piece.text).string();
        break;
      case Kind::spread:
      case Kind::all:
        break;  // any number of arguments: append_whole() writes them
    }
  }
  return out;
}

// `--momentum`, which makes no sense without the argument after it.
bool CommandTemplate::is_option_word(std::size_t index) const {
  const Argument& argument = arguments_[index];
  return index > 0 && argument.size() == 1 && argument[0].kind == Kind::text &&
         argument[0].text.starts_with('-') && argument[0].text != "-" && argument[0].text != "--" &&
         argument[0].text.find('=') == std::string::npos;
}

bool CommandTemplate::names_flag(const Piece& piece) const {
  return piece.kind == Kind::parameter && words_.is_flag(piece.text);
}

// An argument that stands for any number of them.
void CommandTemplate::append_whole(const Piece& piece,
                                   const CommandContext& context,
                                   std::vector<std::string>& out) const {
  std::vector<std::string> arguments;
  if (piece.kind == Kind::all) {
    arguments = all_arguments(piece.style, *context.config, words_);
  } else if (const Value* value = context.config->find(piece.text); piece.kind == Kind::spread) {
    arguments = words_.spread(piece.text, *value);
  } else if (value != nullptr) {
    if (auto flag = words_.flag_argument(piece.text, *value)) {
      arguments.push_back(*std::move(flag));
    }
  }
  std::ranges::move(arguments, std::back_inserter(out));
}

Result<std::vector<std::string>> CommandTemplate::expand(const CommandContext& context) const {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < arguments_.size(); ++i) {
    const Argument& argument = arguments_[i];
    const bool single = argument.size() == 1;
    // A flag brings no value: an option word before it is none of its own.
    if (single && (argument[0].kind == Kind::all || names_flag(argument[0]))) {
      append_whole(argument[0], context, out);
      continue;
    }
    const bool inactive = std::ranges::any_of(argument, [&](const Piece& piece) {
      return (piece.kind == Kind::parameter || piece.kind == Kind::spread) &&
             !context.config->contains(piece.text);
    });
    if (!inactive && single && argument[0].kind == Kind::spread) {
      append_whole(argument[0], context, out);
    } else if (!inactive) {
      out.push_back(substitute(argument, context));
    } else if (i == 0) {
      return Error{ErrorCode::invalid_argument,
                   "the program is given by a parameter that is not active in this configuration; "
                   "give it a value in every configuration"};
    } else if (single && is_option_word(i - 1)) {
      out.pop_back();
    }
  }
  for (const auto& argument : out) {
    if (argument.find('\0') != std::string::npos) {
      return failure(ErrorCode::invalid_argument,
                     "the argument {} holds a NUL byte, which no program can be given; use "
                     "{{params.file:json}}",
                     json_string(argument.substr(0, 60)));
    }
  }
  return out;
}

}  // namespace luthier
