// Removing an experiment: its directory with all that is in it, and nothing that a link in it
// points to.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "luthier/error.h"

namespace luthier {

// invalid_argument: `directory` has no name of its own ("X/trials/..", "."), is a link or holds no
// event log, and is no experiment to remove. unavailable: a controller holds it, which is named.
Result<> check_removable(const std::filesystem::path& directory);
// What lies in it and is not the experiment's: files and directories that someone else put there,
// sorted. Links count for nothing.
std::vector<std::string> foreign_entries(const std::filesystem::path& directory);
// Checks the same, and removes. foreign_entries() stay, and with them the directory. The log goes
// last: after a failure in between the experiment is still there to be removed.
Result<> remove_experiment(const std::filesystem::path& directory);
// Of all that is the experiment's; links count for nothing.
std::int64_t bytes_on_disk(const std::filesystem::path& directory);

}  // namespace luthier
