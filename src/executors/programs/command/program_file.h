// Whether the file that a command runs is there, before anything runs.
#pragma once

#include <string>
#include <vector>

#include "luthier/error.h"

namespace luthier {

// The command's program where it is given by a path, and the script that an interpreter is given
// ("python -u train.py"): both as `directory` has them (empty: the working directory). Words that
// depend on the trial are not looked at.
Result<> check_program_file(const std::vector<std::string>& command, const std::string& directory);

}  // namespace luthier
