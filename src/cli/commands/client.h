// The command that programs start and people don't: it is in no list of commands.
#pragma once

#include "cli/command.h"

namespace luthier::cli {

extern const Command kClient;

}  // namespace luthier::cli
