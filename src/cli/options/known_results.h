// --known FILE or --known EXPERIMENT: results that the searcher is told and that never run again.
#pragma once

#include <string>
#include <vector>

#include "cli/options/run_request.h"

namespace luthier::cli {

// Reads what request.known names, checks it against the space and the objectives, and adds it to
// the experiment. Each problem is a sentence that begins with where it stands.
void add_known_results(RunRequest& request, std::vector<std::string>& problems);

}  // namespace luthier::cli
