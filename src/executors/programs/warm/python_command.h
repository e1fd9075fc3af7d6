// Tells which command lines run Python, and which part of them all attempts have in common.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace luthier {

struct PythonCommand {
  // Leading arguments up to and with the script, the module or the code: what follows is the
  // script's own.
  std::size_t own_begin = 0;
  // Why it can't be started warm, a sentence's end ("has the option -I"); empty: it can.
  std::string unfit;
};

// `path`: the program, with a '/'; `arguments`: with its name first. Looks into a script for its
// "#!" line. Nothing: it is no Python script, or reads its code from somewhere else.
std::optional<PythonCommand> python_command(const std::string& path,
                                            const std::vector<std::string>& arguments);

}  // namespace luthier
