// CommandTemplate: a user's command with placeholders, and the arguments of one trial. Arguments
// are substituted one by one and never go through a shell.
//
//   {x}                         the parameter x; {{ and }} are literal braces. Where x is a flag:
//   an
//                               argument of its own, which is the flag's or none
//   {x...}                      an argument of its own for each element of the list x
//   {trial.id} {trial.dir} {trial.seed}
//   {args} {args:space} {args:hydra}   an argument of its own: all parameters (all_arguments.h)
//   {params.file:json|toml|yaml}   a file with all parameters, nested at dots
//   {template:FILE}             the filled copy of a file (file_template.h)
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

#include "executors/programs/command/all_arguments.h"
#include "executors/programs/command/file_template.h"
#include "executors/programs/command/parameter_files.h"
#include "executors/programs/command/parameter_words.h"
#include "luthier/error.h"
#include "luthier/trial.h"
#include "luthier/value.h"

namespace luthier {

struct CommandContext {
  TrialId trial;
  std::uint64_t seed = 0;
  std::filesystem::path directory;
  const Config* config = nullptr;
};

class CommandTemplate {
 public:
  CommandTemplate() = default;
  // `parameters`: the names the space knows; `words`: what programs are told of them. Reads the
  // templates. Every problem is named, one a line.
  static Result<CommandTemplate> parse(std::span<const std::string> command,
                                       std::span<const std::string> parameters,
                                       ParameterWords words = {});
  // Of a trial that is a function: no command, but an environment.
  static CommandTemplate of_function(ParameterWords words);

  // The program and its arguments. An error when a value can't be an argument (it holds a NUL).
  Result<std::vector<std::string>> expand(const CommandContext& context) const;
  // Nothing to run: a template that was not parsed.
  bool empty() const { return arguments_.empty(); }
  // Files the command refers to, nested; the caller writes them as parameters_path() says.
  const std::vector<ParameterFormat>& files() const { return files_; }
  // Whose filled copies the caller writes into the trial's directory.
  const std::vector<FileTemplate>& templates() const { return templates_; }
  const ParameterWords& words() const { return words_; }

 private:
  enum class Kind : std::uint8_t { text, parameter, spread, id, directory, seed, all, file, copy };
  struct Piece {
    Kind kind = Kind::text;
    std::string text;  // of text and parameter; of copy: the file's name
    ParameterFormat format = ParameterFormat::json;
    ArgumentStyle style = ArgumentStyle::equals;
  };
  using Argument = std::vector<Piece>;
  class Parser;

  std::string substitute(const Argument& argument, const CommandContext& context) const;
  bool is_option_word(std::size_t index) const;
  bool names_flag(const Piece& piece) const;
  void append_whole(const Piece& piece,
                    const CommandContext& context,
                    std::vector<std::string>& out) const;

  std::vector<Argument> arguments_;
  std::vector<ParameterFormat> files_;
  std::vector<FileTemplate> templates_;
  ParameterWords words_;
};

}  // namespace luthier
