// Experiments as people name them: in full, by how the name begins, or `last`.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "luthier/clock.h"
#include "luthier/error.h"

namespace luthier {

// When anything was last written about the experiment, on the wall clock.
TimePoint last_activity(const std::filesystem::path& directory);
// The same where the time of its last event is known.
TimePoint activity_at(const std::filesystem::path& directory, TimePoint last_event);

// Directories of experiments under `results`, the most recent first.
std::vector<std::filesystem::path> recent_experiments(const std::filesystem::path& results);

// The experiment called `name` (or at the path `name`); else the most recent for `last`; else the
// one whose name begins so. not_found lists what there is, invalid_argument which of several may be
// meant.
Result<std::filesystem::path> look_up_experiment(const std::filesystem::path& results,
                                                 const std::string& name);

// `name` under `results`, or name-2, name-3, ... where that is taken.
std::string free_name(const std::filesystem::path& results, const std::string& name);

}  // namespace luthier
