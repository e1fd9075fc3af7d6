// `luthier run FILE.toml`: the options of `run` by name, under the headings of its help, and the
// space.
#pragma once

#include <string>

#include "cli/options/experiment_request.h"

namespace luthier::cli {

// The error lists every problem, one a line, each with the line it is in.
Result<ExperimentFile> read_experiment_file(const std::string& path);

}  // namespace luthier::cli
