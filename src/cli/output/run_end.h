// How a run ended, in words and as JSON, and what to do next.
#pragma once

#include "cli/options/experiment_request.h"

namespace luthier::cli {

// Prints how a run ended: the best trials on stdout, where things are on stderr. Returns the exit
// code.
int report_end(const Arguments& arguments,
               const ExperimentRequest& request,
               const Result<ExperimentSummary>& outcome,
               const ExperimentSpec& spec);

}  // namespace luthier::cli
