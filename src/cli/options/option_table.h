// Every option of the commands that run experiments: what it is called, says and does, and where it
// may stand. Help, completion, docs/cli.md, the keys of a TOML file and what a resume has to be
// told again are columns of this one table.
#pragma once

#include <span>

#include "cli/command.h"

namespace luthier::cli {

std::span<const Option> options_of_run();     // and of `try`
std::span<const Option> options_of_resume();  // and of `retry`
std::span<const Option> options_of_extend();
std::span<const Option> options_of_simulate();

std::span<const Option> file_settings();  // what a TOML file may set

}  // namespace luthier::cli
