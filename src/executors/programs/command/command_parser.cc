#include "executors/programs/command/command_parser.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/format.h"
#include "base/text.h"

namespace luthier {
namespace {

constexpr std::array<ParameterFormat, 3> kFormats = {
    ParameterFormat::json, ParameterFormat::toml, ParameterFormat::yaml};
constexpr std::string_view kFilePrefix = "params.file:";
constexpr std::string_view kTemplatePrefix = "template:";
constexpr std::string_view kSpread = "...";

struct AllArguments {
  std::string_view name;
  ArgumentStyle style;
};
constexpr std::array<AllArguments, 3> kAll = {{{"args", ArgumentStyle::equals},
                                               {"args:hydra", ArgumentStyle::hydra},
                                               {"args:space", ArgumentStyle::space}}};

constexpr std::array<const char*, 4> kOwn = {"trial.dir", "trial.id", "trial.seed", "args"};

// The argument in a message: its beginning says which one it is.
std::string quote(std::string_view argument) {
  constexpr std::size_t kMost = 60;
  return formatted("the argument {}{}",
                   json_string(argument.substr(0, kMost)),
                   argument.size() > kMost ? "..." : "");
}

std::string in_braces(std::string_view name) {
  return formatted("{{{}}}", name);
}

}  // namespace

CommandTemplate::Parser::Parser(CommandTemplate& out, std::span<const std::string> parameters)
    : out_(out), parameters_(parameters) {}

std::vector<std::string> CommandTemplate::Parser::known() const {
  std::vector<std::string> names(parameters_.begin(), parameters_.end());
  names.insert(names.end(), {"trial.dir", "trial.id", "trial.seed"});
  for (const auto& all : kAll) {
    names.emplace_back(all.name);
  }
  for (const auto format : kFormats) {
    names.push_back(std::string(kFilePrefix) + std::string(to_text(format)));
  }
  names.emplace_back("template:FILE");
  return names;
}

void CommandTemplate::Parser::parameter_names() {
  for (const auto& name : parameters_) {
    if (std::ranges::find(kOwn, name) != kOwn.end()) {
      problems.push_back(formatted(
          "the parameter '{}' has the name of the placeholder {{{}}}; rename the parameter",
          name,
          name));
    }
  }
}

std::optional<std::string> CommandTemplate::Parser::parameter(std::string_view name,
                                                              Kind kind,
                                                              Argument& argument) const {
  if (out_.words_.is_secret(name)) {
    return in_braces(name) +
           " is a secret, which would show in the list of processes; the program reads it from its "
           "environment (docs/cli.md)";
  }
  argument.push_back({.kind = kind, .text = std::string(name)});
  return std::nullopt;
}

// The same file may be named twice; two files of one name can't both be in the directory.
std::optional<std::string> CommandTemplate::Parser::copy(const std::string& path,
                                                         Argument& argument) {
  auto& all = out_.templates_;
  auto found = std::ranges::find(all, path, &FileTemplate::path);
  if (found == all.end()) {
    auto read = FileTemplate::read(path, parameters_, out_.words_);
    if (!read) {
      return read.error().message;
    }
    const auto same = std::ranges::find(all, read->name(), &FileTemplate::name);
    if (same != all.end()) {
      return formatted(
          "the templates {} and {} have the same name, and their copies would be one file; rename "
          "one",
          same->path(),
          path);
    }
    all.push_back(*std::move(read));
    found = all.end() - 1;
  }
  argument.push_back({.kind = Kind::copy, .text = found->name()});
  return std::nullopt;
}

std::optional<std::string> CommandTemplate::Parser::placeholder(std::string_view name,
                                                                Argument& argument) {
  const auto is_parameter = [&](std::string_view each) {
    return std::ranges::find(parameters_, each) != parameters_.end();
  };
  if (is_parameter(name)) {
    return parameter(name, Kind::parameter, argument);
  }
  if (name.ends_with(kSpread)) {
    const auto list = name.substr(0, name.size() - kSpread.size());
    if (is_parameter(list)) {
      return parameter(list, Kind::spread, argument);
    }
  }
  if (name == "trial.dir" || name == "trial.id" || name == "trial.seed") {
    argument.push_back({.kind = name == "trial.dir"  ? Kind::directory
                                : name == "trial.id" ? Kind::id
                                                     : Kind::seed,
                        .text = {}});
    return std::nullopt;
  }
  if (const auto* all = std::ranges::find(kAll, name, &AllArguments::name); all != kAll.end()) {
    argument.push_back({.kind = Kind::all, .text = std::string(name), .style = all->style});
    return std::nullopt;
  }
  for (const auto format : kFormats) {
    if (name == std::string(kFilePrefix) + std::string(to_text(format))) {
      argument.push_back({.kind = Kind::file, .text = {}, .format = format});
      return std::nullopt;
    }
  }
  if (name.starts_with(kTemplatePrefix)) {
    return copy(std::string(name.substr(kTemplatePrefix.size())), argument);
  }
  return unknown_name("placeholder", name, known()) + "; write {{ and }} for literal braces";
}

std::optional<std::string> CommandTemplate::Parser::pieces(std::string_view text,
                                                           Argument& argument) {
  std::string literal;
  const auto flush = [&] {
    if (!literal.empty()) {
      argument.push_back({.kind = Kind::text, .text = std::exchange(literal, {})});
    }
  };
  while (!text.empty()) {
    if (text.starts_with("{{") || text.starts_with("}}")) {
      literal += text.front();
      text.remove_prefix(2);
    } else if (text.front() == '{') {
      const auto end = text.find('}');
      if (end == std::string_view::npos) {
        return " has a '{' without a '}'; write {{ for a literal brace";
      }
      flush();
      if (auto problem = placeholder(text.substr(1, end - 1), argument)) {
        return ": " + *problem;
      }
      text.remove_prefix(end + 1);
    } else if (text.front() == '}') {
      return " has a '}' without a '{'; write }} for a literal brace";
    } else {
      literal += text.front();
      text.remove_prefix(1);
    }
  }
  flush();
  return alone(argument);
}

// What stands for any number of arguments can't be a part of one.
std::optional<std::string> CommandTemplate::Parser::alone(const Argument& argument) const {
  if (argument.size() < 2) {
    return std::nullopt;
  }
  for (const Piece& piece : argument) {
    if (piece.kind == Kind::all) {
      return formatted(": {} must be a separate argument", in_braces(piece.text));
    }
    if (piece.kind == Kind::spread) {
      return formatted(": {{{}...}} must be a separate argument", piece.text);
    }
    if (out_.names_flag(piece)) {
      return formatted(
          ": {} is a flag, which is present or absent, and must be a separate argument; for part "
          "of an argument, declare {}={}",
          in_braces(piece.text),
          piece.text,
          out_.words_.as_choice(piece.text));
    }
  }
  return std::nullopt;
}

void CommandTemplate::Parser::argument(const std::string& text) {
  auto& argument = out_.arguments_.emplace_back();
  if (auto problem = pieces(text, argument)) {
    problems.push_back(quote(text) + *problem);
  }
  for (const auto& piece : argument) {
    if (piece.kind == Kind::file &&
        std::ranges::find(out_.files_, piece.format) == out_.files_.end()) {
      out_.files_.push_back(piece.format);
    }
  }
}

void CommandTemplate::Parser::whole() {
  if (!out_.files_.empty()) {
    if (auto problem = nesting_problem(parameters_)) {
      problems.push_back(*std::move(problem));
    }
  }
  const auto is_text = [](const Piece& piece) { return piece.kind == Kind::text; };
  const bool plain = std::ranges::all_of(
      out_.arguments_, [&](const Argument& each) { return std::ranges::all_of(each, is_text); });
  if (plain) {
    out_.arguments_.push_back({{.kind = Kind::all, .text = "args"}});
  }
}

}  // namespace luthier
