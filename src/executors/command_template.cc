#include "executors/command_template.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"

namespace luthier {
namespace {

constexpr std::array<std::string_view, 3> kFormats = {"json", "toml", "yaml"};
constexpr std::string_view kFilePrefix = "params.file:";

// The argument in a message: its beginning says which one it is.
std::string quote(std::string_view argument) {
  constexpr std::size_t kMost = 60;
  return "the argument " + json_string(argument.substr(0, kMost)) +
         (argument.size() > kMost ? "..." : "");
}

constexpr std::array<const char*, 4> kOwn = {"trial.dir", "trial.id", "trial.seed", "args"};

std::vector<std::string> known_placeholders(std::span<const std::string> parameters) {
  std::vector<std::string> known(parameters.begin(), parameters.end());
  known.insert(known.end(), kOwn.begin(), kOwn.end());
  for (const auto format : kFormats) {
    known.push_back(std::string(kFilePrefix) + std::string(format));
  }
  return known;
}

}  // namespace

std::string_view to_text(ParameterFormat format) {
  return kFormats[static_cast<std::size_t>(format)];
}

// Each returns a problem, or nothing.
std::optional<std::string> CommandTemplate::parse_placeholder(
    std::string_view name, std::span<const std::string> parameters, Argument& out) {
  const auto add = [&](Kind kind) {
    out.push_back({.kind = kind});
    return std::nullopt;
  };
  if (std::ranges::find(parameters, name) != parameters.end()) {
    out.push_back({.kind = Kind::parameter, .text = std::string(name)});
    return std::nullopt;
  }
  if (name == "trial.dir") {
    return add(Kind::directory);
  }
  if (name == "trial.id") {
    return add(Kind::id);
  }
  if (name == "trial.seed") {
    return add(Kind::seed);
  }
  if (name == "args") {
    return add(Kind::all);
  }
  for (std::size_t i = 0; i < kFormats.size(); ++i) {
    if (name == std::string(kFilePrefix) + std::string(kFormats[i])) {
      out.push_back({.kind = Kind::file, .format = static_cast<ParameterFormat>(i)});
      return std::nullopt;
    }
  }
  return unknown_name("placeholder", name, known_placeholders(parameters)) +
         "; write {{ and }} for braces of your own";
}

std::optional<std::string> CommandTemplate::parse_argument(std::string_view text,
                                                           std::span<const std::string> parameters,
                                                           Argument& out) {
  std::string literal;
  const auto flush = [&] {
    if (!literal.empty()) {
      out.push_back({.kind = Kind::text, .text = std::exchange(literal, {})});
    }
  };
  const std::string whole(text);
  while (!text.empty()) {
    if (text.starts_with("{{") || text.starts_with("}}")) {
      literal += text.front();
      text.remove_prefix(2);
    } else if (text.front() == '{') {
      const auto end = text.find('}');
      if (end == std::string_view::npos) {
        return quote(whole) + " has a '{' without a '}'; write {{ for a brace of your own";
      }
      flush();
      if (auto problem = parse_placeholder(text.substr(1, end - 1), parameters, out)) {
        return quote(whole) + ": " + *problem;
      }
      text.remove_prefix(end + 1);
    } else if (text.front() == '}') {
      return quote(whole) + " has a '}' without a '{'; write }} for a brace of your own";
    } else {
      literal += text.front();
      text.remove_prefix(1);
    }
  }
  flush();
  const bool all =
      std::ranges::any_of(out, [](const Piece& piece) { return piece.kind == Kind::all; });
  if (all && out.size() > 1) {
    return quote(whole) + ": {args} must be an argument of its own";
  }
  return std::nullopt;
}

Result<CommandTemplate> CommandTemplate::parse(std::span<const std::string> command,
                                               std::span<const std::string> parameters) {
  if (command.empty() || command.front().empty()) {
    return Error{
        ErrorCode::invalid_argument,
        "there is no command to run; give it after --, as in: -- python train.py --lr {lr}"};
  }
  CommandTemplate parsed;
  std::vector<std::string> problems;
  for (const auto& name : parameters) {
    if (std::ranges::find(kOwn, name) != kOwn.end()) {
      problems.push_back("the parameter '" + name + "' has the name of the placeholder {" + name +
                         "}; rename the parameter");
    }
  }
  bool any = false;
  for (const auto& text : command) {
    auto& argument = parsed.arguments_.emplace_back();
    if (auto problem = parse_argument(text, parameters, argument)) {
      problems.push_back(*std::move(problem));
    }
    for (const auto& piece : argument) {
      any = any || piece.kind != Kind::text;
      if (piece.kind == Kind::file &&
          std::ranges::find(parsed.files_, piece.format) == parsed.files_.end()) {
        parsed.files_.push_back(piece.format);
      }
    }
  }
  if (!problems.empty()) {
    return Error{ErrorCode::invalid_argument, join(problems, "\n")};
  }
  if (!any) {
    parsed.arguments_.push_back({{.kind = Kind::all}});
  }
  return parsed;
}

std::string CommandTemplate::substitute(const Argument& argument, const CommandContext& context) {
  std::string out;
  for (const auto& piece : argument) {
    switch (piece.kind) {
      case Kind::text:
        out += piece.text;
        break;
      case Kind::parameter:
        out += to_text(*context.config->find(piece.text));
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
      case Kind::all:
        break;  // several arguments: expand() writes them
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

Result<std::vector<std::string>> CommandTemplate::expand(const CommandContext& context) const {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < arguments_.size(); ++i) {
    const Argument& argument = arguments_[i];
    if (argument.size() == 1 && argument[0].kind == Kind::all) {
      for (const auto& [name, value] : *context.config) {
        out.push_back("--" + name + "=" + to_text(value));
      }
      continue;
    }
    const bool inactive = std::ranges::any_of(argument, [&](const Piece& piece) {
      return piece.kind == Kind::parameter && !context.config->contains(piece.text);
    });
    if (!inactive) {
      out.push_back(substitute(argument, context));
    } else if (i == 0) {
      return Error{ErrorCode::invalid_argument,
                   "the program is given by a parameter that is not active in this configuration; "
                   "give it a value in every configuration"};
    } else if (argument.size() == 1 && is_option_word(i - 1)) {
      out.pop_back();
    }
  }
  for (const auto& argument : out) {
    if (argument.find('\0') != std::string::npos) {
      return Error{ErrorCode::invalid_argument,
                   quote(argument) +
                       " holds a NUL byte, which no program can be given; use {params.file:json}"};
    }
  }
  return out;
}

std::filesystem::path parameters_path(const std::filesystem::path& directory,
                                      ParameterFormat format) {
  return directory / ("params." + std::string(to_text(format)));
}

}  // namespace luthier
