// What resume, extend and retry share.
#pragma once

#include <filesystem>
#include <functional>

#include "cli/options/experiment_request.h"

namespace luthier::cli {

// Runs `go` on the experiment of the first operand and reports its end. Returns the exit code.
using Continue = std::function<Result<ExperimentSummary>(const std::filesystem::path& directory,
                                                         const ExperimentRequest& request)>;
int continue_experiment(const Arguments& arguments, const Continue& go);

}  // namespace luthier::cli
