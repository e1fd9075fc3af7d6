// What can be wrong with a whole request, seen before anything is made.
#pragma once

#include <string>
#include <vector>

#include "cli/options/experiment_request.h"

namespace luthier::cli {

// The function that is the trial, "module:name" or a library; empty: the trial is a program.
std::string function_of(const ExperimentSpec& spec);
// Adds a sentence for each problem.
void check_whole(const ExperimentRequest& request,
                 Purpose purpose,
                 std::vector<std::string>& problems);
// There is one program or function, and the program is one that a shell would find.
void check_command(const ExperimentRequest& request, std::vector<std::string>& problems);
// The inventory can hold a trial.
void check_resources(const ExperimentRequest& request, std::vector<std::string>& problems);

}  // namespace luthier::cli
