#include "tuner/experiment_removal.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "store/experiment_lock.h"
#include "store/files.h"

namespace luthier {
namespace {

namespace fs = std::filesystem;

// The mark in the header of the log's database (docs/event_log.md), which damage elsewhere leaves.
bool is_event_log(const fs::path& file) {
  constexpr std::string_view kMark = "Luth";
  constexpr off_t kMarkPlace = 68;
  std::array<char, kMark.size()> found{};
  const FileDescriptor database = open_file(file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  return database &&
         ::pread(database.get(), found.data(), found.size(), kMarkPlace) ==
             static_cast<ssize_t>(found.size()) &&
         std::string_view(found.data(), found.size()) == kMark;
}

Error not_removed(const fs::path& path, const std::error_code& reason) {
  return {ErrorCode::io,
          "can't remove " + path.string() + ": " + reason.message() +
              "; run this as its owner, or remove it by hand"};
}

Result<> remove_tree(const fs::path& path) {
  std::error_code error;
  fs::remove_all(path, error);
  return error ? Result<>(not_removed(path, error)) : Result<>();
}

// Its entries, the log's files (experiment.db, ...-wal, ...) last.
Result<std::vector<fs::path>> entries_of(const fs::path& directory) {
  std::vector<fs::path> entries, log;
  std::error_code error;
  for (fs::directory_iterator next(directory, error), end; !error && next != end;
       next.increment(error)) {
    const fs::path& entry = next->path();
    const std::string name = entry.filename().string();
    if (name != "experiment.lock") {
      (name.starts_with("experiment.db") ? log : entries).push_back(entry);
    }
  }
  if (error) {
    return not_removed(directory, error);
  }
  entries.insert(entries.end(), log.begin(), log.end());
  return entries;
}

Result<> check_experiment(const fs::path& directory) {
  std::error_code ignored;
  if (fs::is_symlink(fs::symlink_status(directory, ignored))) {
    return Error{ErrorCode::invalid_argument,
                 directory.string() +
                     " is a link to another place; remove the link itself, or name the directory "
                     "it points to"};
  }
  if (!is_event_log(directory / "experiment.db")) {
    return Error{ErrorCode::invalid_argument,
                 directory.string() +
                     " is no experiment: its experiment.db is no event log; if it is to go, "
                     "remove it by hand"};
  }
  return {};
}

}  // namespace

Result<> check_removable(const fs::path& directory) {
  if (auto checked = check_experiment(directory); !checked) {
    return checked;
  }
  const auto lock = ExperimentLock::take(directory);
  return lock ? Result<>() : lock.error();
}

Result<> remove_experiment(const fs::path& directory) {
  if (auto checked = check_experiment(directory); !checked) {
    return checked;
  }
  auto lock = ExperimentLock::take(directory);
  if (!lock) {
    return lock.error();
  }
  const auto entries = entries_of(directory);
  if (!entries) {
    return entries.error();
  }
  for (const auto& entry : *entries) {
    if (auto removed = remove_tree(entry); !removed) {
      return removed;
    }
  }
  lock->release();
  std::error_code error;
  fs::remove(directory, error);
  return error ? Result<>(not_removed(directory, error)) : Result<>();
}

std::int64_t bytes_on_disk(const fs::path& directory) {
  std::int64_t bytes = 0;
  std::error_code error;
  for (fs::recursive_directory_iterator next(directory, error), end; !error && next != end;
       next.increment(error)) {
    std::error_code ignored;
    if (fs::is_regular_file(next->symlink_status(ignored))) {
      bytes += static_cast<std::int64_t>(next->file_size(ignored));
    }
  }
  return bytes;
}

}  // namespace luthier
