// What `luthier top --json` prints: the picture of a run as one object.
#pragma once

#include <string>

#include "loggers/console/console_state.h"
#include "tuner/stored/log_follower.h"

namespace luthier::cli {

// As docs/cli.md describes it, "schema" first.
std::string top_json(const LogFollower& log, const ConsoleState& picture);

}  // namespace luthier::cli
