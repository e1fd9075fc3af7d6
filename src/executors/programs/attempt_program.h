// What a program needs before it starts: its parameter files, arguments and environment.
#pragma once

#include <filesystem>

#include "executors/programs/command/command_template.h"
#include "executors/programs/guardian_client.h"
#include "luthier/executor.h"

namespace luthier {

// Writes the configuration into the trial's directory: as JSON for LUTHIER_PARAMS, in every format
// the command names, and into the copies of its templates. Secrets are in none of them.
// Unavailable: for now, since descriptors ran out.
Result<> write_parameters(const CommandTemplate& command, const CommandContext& context);

struct AttemptPlaces {
  std::string working_directory;         // the user's
  std::filesystem::path directory;       // the trial's
  std::filesystem::path checkpoint_out;  // where it may save
};
Result<Program> make_program(const StartRequest& request,
                             const CommandTemplate& command,
                             const AttemptPlaces& places);

}  // namespace luthier
