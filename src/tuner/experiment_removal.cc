#include "tuner/experiment_removal.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "base/contained_files.h"
#include "store/experiment_lock.h"

namespace luthier {
namespace {

namespace fs = std::filesystem;

// The mark in the header of the log's database (docs/event_log.md), which damage elsewhere leaves.
bool is_event_log(const ContainedFiles& files) {
  constexpr std::string_view kMark = "Luth";
  constexpr off_t kMarkPlace = 68;
  std::array<char, kMark.size()> found{};
  const FileDescriptor database = files.open("experiment.db", O_RDONLY);
  return database &&
         ::pread(database.get(), found.data(), found.size(), kMarkPlace) ==
             static_cast<ssize_t>(found.size()) &&
         std::string_view(found.data(), found.size()) == kMark;
}

Error not_removed(const fs::path& path, int number) {
  return {ErrorCode::io,
          "can't remove " + path.string() + ": " + file_trouble(number) +
              "; run this as its owner, or remove it by hand"};
}

// Its entries, the log's files (experiment.db, ...-wal, ...) last.
Result<std::vector<std::string>> entries_of(const ContainedFiles& files) {
  auto entries = files.list({});
  if (!entries) {
    return not_removed(files.path({}), errno);
  }
  std::erase(*entries, "experiment.lock");
  std::ranges::stable_partition(
      *entries, [](const std::string& name) { return !name.starts_with("experiment.db"); });
  return *std::move(entries);
}

std::int64_t bytes_below(const ContainedFiles& files, const fs::path& directory) {
  std::int64_t bytes = 0;
  const auto names = files.list(directory);
  for (const auto& name : names.value_or(std::vector<std::string>())) {
    if (const auto status = files.status(directory / name)) {
      bytes += S_ISDIR(status->st_mode)   ? bytes_below(files, directory / name)
               : S_ISREG(status->st_mode) ? static_cast<std::int64_t>(status->st_size)
                                          : 0;
    }
  }
  return bytes;
}

Result<> check_experiment(const fs::path& directory) {
  std::error_code ignored;
  if (fs::is_symlink(fs::symlink_status(directory, ignored))) {
    return Error{ErrorCode::invalid_argument,
                 directory.string() +
                     " is a link to another place; remove the link itself, or name the directory "
                     "it points to"};
  }
  if (!is_event_log(ContainedFiles(directory))) {
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
  const ContainedFiles files(directory);
  const auto entries = entries_of(files);
  if (!entries) {
    return entries.error();
  }
  for (const auto& entry : *entries) {
    if (!files.remove_all(entry)) {
      return not_removed(files.path(entry), errno);
    }
  }
  lock->release();
  std::error_code error;
  fs::remove(directory, error);
  return error ? Result<>(not_removed(directory, error.value())) : Result<>();
}

std::int64_t bytes_on_disk(const fs::path& directory) {
  return bytes_below(ContainedFiles(directory), {});
}

}  // namespace luthier
