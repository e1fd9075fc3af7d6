// What the files of {template:FILE} held when an experiment began, so that trials of one experiment
// are not silently run with different ones.
#pragma once

#include <string>

#include "executors/programs/command/command_template.h"
#include "luthier/error.h"

namespace luthier {

// A line for each template: its SHA-256, a blank, its path. Empty: there are none.
std::string template_digests(const CommandTemplate& command);
// Whether the templates are as `recorded`, a text of template_digests(). An error names those that
// are not. Nothing is said of what was not recorded.
Result<> check_template_digests(const CommandTemplate& command, const std::string& recorded);

}  // namespace luthier
