#include "store/unborn.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>
#include <string_view>

#include "base/contained_files.h"
#include "store/files.h"
#include "store/sqlite/event_rows.h"
#include "store/sqlite/event_tables.h"

namespace luthier {
namespace {

constexpr std::array<std::string_view, 6> kLogFiles = {"experiment.db",
                                                       "experiment.db-wal",
                                                       "experiment.db-shm",
                                                       "experiment.db-journal",
                                                       "experiment.db.new",
                                                       "experiment.db.new-journal"};

bool is_empty(const ContainedFiles& files, std::string_view name) {
  const auto names = files.list(name);
  return names && names->empty();
}

bool belongs(const ContainedFiles& files, const std::string& name) {
  const auto status = files.status(name);
  if (!status) {
    return false;
  }
  if (name == "trials" || name == "control") {
    return S_ISDIR(status->st_mode) && is_empty(files, name);
  }
  if (name == ".loggers") {
    return S_ISDIR(status->st_mode);
  }
  return S_ISREG(status->st_mode) &&
         (name == "experiment.lock" || std::ranges::find(kLogFiles, name) != kLogFiles.end());
}

// As the program makes directories, and people seldom do.
bool is_private(const std::filesystem::path& directory) {
  struct stat status = {};
  return ::stat(directory.c_str(), &status) == 0 && (status.st_mode & 0777) == 0700 &&
         status.st_uid == ::geteuid();
}

// A whole log without an event.
bool holds_nothing(const std::filesystem::path& directory) {
  auto connection = Connection::open(database_path(directory), Connection::Access::read_still);
  if (!connection || !connection->execute("BEGIN") || !check_identity(*connection)) {
    return false;
  }
  const auto last = last_row(*connection);
  return last && last->sequence == 0 && check_closing_mark(*connection, *last).ok();
}

}  // namespace

bool is_unborn(const std::filesystem::path& experiment_directory) {
  const ContainedFiles files(experiment_directory);
  const auto names = files.list({});
  if (!names || (names->empty() && !is_private(experiment_directory)) ||
      !std::ranges::all_of(*names, [&](const std::string& name) { return belongs(files, name); })) {
    return false;
  }
  const auto database = files.status("experiment.db");
  if (database && database->st_size > 0) {
    return holds_nothing(experiment_directory);
  }
  // Results may still be in a write-ahead log whose database was lost.
  const auto wal = files.status("experiment.db-wal");
  return !wal || wal->st_size == 0;
}

Result<> clear_unborn(const std::filesystem::path& experiment_directory) {
  const ContainedFiles files(experiment_directory);
  for (const std::string_view name : kLogFiles) {
    if (!files.remove(name) && errno != ENOENT) {
      return system_error("remove", files.path(name));
    }
  }
  return files.remove_all(".loggers") ? Result<>() : system_error("remove", files.path(".loggers"));
}

}  // namespace luthier
