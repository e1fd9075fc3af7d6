// --known FILE or --known EXPERIMENT: results that the searcher is told and that never run again.
// --related, the same of tasks that resemble this one.
#pragma once

#include <string>
#include <vector>

#include "cli/options/experiment_request.h"

namespace luthier::cli {

// Reads what request.known names, checks it against request.space and the objectives, and adds it
// to the experiment. Each problem is a sentence that begins with where it stands.
void add_known_results(ExperimentRequest& request, std::vector<std::string>& problems);

// Reads what request.related names; results without the objectives are left out.
void add_related_results(ExperimentRequest& request,
                         std::span<const Objective> objectives,
                         std::vector<std::string>& problems);

}  // namespace luthier::cli
