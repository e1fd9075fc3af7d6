// `luthier run --from BUNDLE`: the experiment of a bundle once more, and whether it came out the
// same.
#pragma once

#include "cli/options/arguments.h"

namespace luthier::cli {

// Returns the exit code: kExperimentFailed when the two differ.
int rerun(const Arguments& arguments, const std::string& bundle);

}  // namespace luthier::cli
