// The files SQLite opens for a log: the database, its write-ahead log, the index of that and a
// rollback journal. They are looked at before SQLite acts on them, because it believes what they
// say.
#pragma once

#include <filesystem>

#include "luthier/error.h"

namespace luthier {

// Each is a regular file of the experiment's directory, or not there. Else corruption.
Result<> check_files_are_plain(const std::filesystem::path& database);

// For a log that nobody is writing: nothing of it would be lost or changed by being opened.
// The write-ahead log is whole, but for what a writer that died had not finished; a rollback
// journal has the one form that our own changes of journal mode leave when they are cut short. Else
// corruption; nothing was touched.
Result<> check_side_files(const std::filesystem::path& database);

}  // namespace luthier
