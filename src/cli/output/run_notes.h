// What is said as a run begins: nothing is wrong, but the person may have meant something else.
#pragma once

#include <string>
#include <vector>

#include "cli/options/experiment_request.h"

namespace luthier::cli {

// A sentence each.
std::vector<std::string> notes_on(const ExperimentRequest& request, Purpose purpose);

}  // namespace luthier::cli
