// Reads the words of a command into the pieces of a CommandTemplate.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "executors/programs/command/command_template.h"

namespace luthier {

class CommandTemplate::Parser {
 public:
  Parser(CommandTemplate& out, std::span<const std::string> parameters);

  void parameter_names();
  void argument(const std::string& text);
  // Once all arguments are read.
  void whole();
  std::vector<std::string> problems;

 private:
  // Each returns a problem, or nothing.
  std::optional<std::string> pieces(std::string_view text, Argument& argument);
  std::optional<std::string> placeholder(std::string_view name, Argument& argument);
  std::optional<std::string> parameter(std::string_view name, Kind kind, Argument& argument) const;
  std::optional<std::string> copy(const std::string& path, Argument& argument);
  std::optional<std::string> alone(const Argument& argument) const;
  std::vector<std::string> known() const;

  CommandTemplate& out_;
  std::span<const std::string> parameters_;
};

}  // namespace luthier
