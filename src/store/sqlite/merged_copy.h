// A copy of a log that nobody is writing, with all of its write-ahead log in it that can be read:
// also what lies behind a frame that is not right, where SQLite itself would stop. Rows carry their
// own checksums, so that a page that is missing here shows.
#pragma once

#include <filesystem>
#include <string>

#include "luthier/error.h"

namespace luthier {

// How much of a write-ahead log that is damaged.
enum class Merged { until_damage, all_that_is_right };

// Writes `copy`, a new file. Returns what is wrong with the write-ahead log; empty: nothing.
Result<std::string> make_merged_copy(const std::filesystem::path& database,
                                     const std::filesystem::path& copy,
                                     Merged merged);

}  // namespace luthier
