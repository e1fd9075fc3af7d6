// CommandTemplate: a user's command with placeholders, and the arguments of one trial. Arguments
// are substituted one by one and never go through a shell.
//
//   {x}                         the parameter x; {{ and }} are literal braces
//   {trial.id} {trial.dir} {trial.seed}
//   {args}                      an argument of its own: --name=value for each parameter
//   {params.file:json|toml|yaml}   a file with all parameters
//
// A command without any placeholder gets {args} at its end. An argument that names a parameter
// which is not active in a trial's configuration is left out, and so is an option word before it
// (`--momentum {momentum}`).
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "luthier/error.h"
#include "luthier/trial.h"
#include "luthier/value.h"

namespace luthier {

enum class ParameterFormat : std::uint8_t { json, toml, yaml };
std::string_view to_text(ParameterFormat format);  // also the file's extension

struct CommandContext {
  TrialId trial;
  std::uint64_t seed = 0;
  std::filesystem::path directory;
  const Config* config = nullptr;
};

class CommandTemplate {
 public:
  // `parameters`: the names the space knows. Every problem is named, one a line.
  static Result<CommandTemplate> parse(std::span<const std::string> command,
                                       std::span<const std::string> parameters);

  // The program and its arguments. An error when a value can't be an argument (it holds a NUL).
  Result<std::vector<std::string>> expand(const CommandContext& context) const;
  // Nothing to run: a template that was not parsed.
  bool empty() const { return arguments_.empty(); }
  // Files the command refers to; the caller writes them as parameters_path() says.
  const std::vector<ParameterFormat>& files() const { return files_; }

 private:
  enum class Kind : std::uint8_t { text, parameter, id, directory, seed, all, file };
  struct Piece {
    Kind kind = Kind::text;
    std::string text;  // of text and parameter
    ParameterFormat format = ParameterFormat::json;
  };
  using Argument = std::vector<Piece>;

  static std::optional<std::string> parse_argument(std::string_view text,
                                                   std::span<const std::string> parameters,
                                                   Argument& out);
  static std::optional<std::string> parse_placeholder(std::string_view name,
                                                      std::span<const std::string> parameters,
                                                      Argument& out);
  static std::string substitute(const Argument& argument, const CommandContext& context);
  bool is_option_word(std::size_t index) const;

  std::vector<Argument> arguments_;
  std::vector<ParameterFormat> files_;
};

std::filesystem::path parameters_path(const std::filesystem::path& directory,
                                      ParameterFormat format);
// The configuration as a file of that format, which its usual readers read back.
std::string format_parameters(const Config& config, ParameterFormat format);

}  // namespace luthier
