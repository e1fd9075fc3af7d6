// A directory in which an experiment was about to begin when its process died or the disk was full:
// nothing was logged, so nothing was promised, and its name is free.
#pragma once

#include <filesystem>

#include "luthier/error.h"

namespace luthier {

// Whether the directory holds nothing but what a beginning leaves behind: no event, no trial, no
// file of anyone else. False for an empty directory that is not private, which may be anyone's, and
// for a log that can't be read whole. The caller knows that nobody is at it: see ExperimentLock.
bool is_unborn(const std::filesystem::path& experiment_directory);

// Removes what is left, but for the lock's file. Precondition: is_unborn, under the lock.
Result<> clear_unborn(const std::filesystem::path& experiment_directory);

}  // namespace luthier
