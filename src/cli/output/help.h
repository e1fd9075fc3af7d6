// Help in words, derived from the command table.
#pragma once

#include <string>

#include "cli/command.h"

namespace luthier::cli {

const Command* find_command(std::string_view name);

std::string general_help();
std::string help(const Command& command);  // leads with the examples
// The tables of docs/cli.md.
std::string commands_markdown();
// One command as JSON, in a line.
std::string command_json(const Command& command);
std::string usage(const Command& command);  // "luthier show EXPERIMENT [OPTIONS]"

}  // namespace luthier::cli
