// Removing an experiment: its directory with all that is in it, and nothing that a link in it
// points to.
#pragma once

#include <cstdint>
#include <filesystem>

#include "luthier/error.h"

namespace luthier {

// invalid_argument: `directory` is a link or holds no event log, and is no experiment to remove.
// unavailable: a controller holds it, which is named.
Result<> check_removable(const std::filesystem::path& directory);
// Checks the same, and removes. The log goes last: after a failure in between the experiment is
// still there to be removed.
Result<> remove_experiment(const std::filesystem::path& directory);
// Of all files in it; links count for nothing.
std::int64_t bytes_on_disk(const std::filesystem::path& directory);

}  // namespace luthier
