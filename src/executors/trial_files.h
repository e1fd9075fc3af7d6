// The files of a trial's directory, which is <experiment>/trials/<number>: neither of these two
// names may be a link either.
#pragma once

#include "base/contained_files.h"

namespace luthier {

inline ContainedFiles files_of_trial(const std::filesystem::path& trial_directory) {
  const auto trials = trial_directory.parent_path();
  return ContainedFiles(trials.parent_path(), trials.filename() / trial_directory.filename());
}

}  // namespace luthier
