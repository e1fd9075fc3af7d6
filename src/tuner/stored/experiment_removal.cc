#include "tuner/stored/experiment_removal.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "base/contained_files.h"
#include "base/failure.h"
#include "base/try.h"
#include "loggers/tensorboard.h"
#include "store/experiment_lock.h"
#include "tuner/stored/remarks.h"

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
  return failure(ErrorCode::io,
                 "can't remove {}: {}; run this as its owner, or remove it by hand",
                 path.string(),
                 file_trouble(number));
}

constexpr std::string_view kLog = "experiment.db";
constexpr std::string_view kLock = "experiment.lock";

bool is_log_file(std::string_view name) {
  constexpr std::array<std::string_view, 7> kEndings = {
      "", "-wal", "-shm", "-journal", ".new", ".new-journal", ".copy"};
  return name.starts_with(kLog) &&
         std::ranges::find(kEndings, name.substr(kLog.size())) != kEndings.end();
}

// Programs write below their trial's directory: all that is there is the experiment's.
bool is_own(const ContainedFiles& files, std::string_view name) {
  if (is_log_file(name) || name == kLock || name == "experiment.index" ||
      name == "experiment.index.new" || name == "trials" || name == "control" ||
      name == "notifications" || name == ".loggers" || name == tensorboard_file_name(0) ||
      is_remarks_file(name)) {
    return true;
  }
  const auto status = files.status(name);
  return status && S_ISLNK(status->st_mode);
}

// What goes, the log's files last.
Result<std::vector<std::string>> own_entries(const ContainedFiles& files) {
  auto entries = files.list({});
  if (!entries) {
    return not_removed(files.path({}), errno);
  }
  std::erase_if(*entries,
                [&](const std::string& name) { return name == kLock || !is_own(files, name); });
  std::ranges::stable_partition(*entries,
                                [](const std::string& name) { return !is_log_file(name); });
  return *std::move(entries);
}

std::int64_t bytes_below(const ContainedFiles& files, const fs::path& name) {
  const auto status = files.status(name);
  if (!status || !S_ISDIR(status->st_mode)) {
    return status && S_ISREG(status->st_mode) ? static_cast<std::int64_t>(status->st_size) : 0;
  }
  std::int64_t bytes = 0;
  const auto names = files.list(name);
  for (const auto& each : names.value_or(std::vector<std::string>())) {
    bytes += bytes_below(files, name / each);
  }
  return bytes;
}

// "X/trials/.." would lead nowhere once a part of X is gone.
bool has_own_name(const fs::path& directory) {
  const fs::path name = directory.filename();
  return !name.empty() && name != "." && name != "..";
}

Result<> check_experiment(const fs::path& directory) {
  std::error_code ignored;
  if (!has_own_name(directory)) {
    return failure(ErrorCode::invalid_argument,
                   "'{}' does not name an experiment's directory; name it as `luthier ls` does",
                   directory.string());
  }
  if (fs::is_symlink(fs::symlink_status(directory, ignored))) {
    return Error{ErrorCode::invalid_argument,
                 directory.string() +
                     " is a link to another place; remove the link itself, or name the directory "
                     "it points to"};
  }
  if (!is_event_log(ContainedFiles(directory))) {
    return Error{
        ErrorCode::invalid_argument,
        directory.string() +
            " is not an experiment: its experiment.db is not an event log; if it is to go, "
            "remove it by hand"};
  }
  return {};
}

// A way that leads through the experiment itself ends when its parts go.
Result<fs::path> lasting_path(const fs::path& directory) {
  if (std::ranges::find(directory, fs::path("..")) == directory.end()) {
    return directory;
  }
  std::error_code error;
  fs::path place = fs::canonical(directory, error);
  return error ? Result<fs::path>(not_removed(directory, error.value()))
               : Result<fs::path>(std::move(place));
}

}  // namespace

std::vector<std::string> foreign_entries(const fs::path& directory) {
  const ContainedFiles files(directory);
  auto entries = files.list({}).value_or(std::vector<std::string>());
  std::erase_if(entries, [&](const std::string& name) { return is_own(files, name); });
  std::ranges::sort(entries);
  return entries;
}

Result<> check_removable(const fs::path& directory) {
  LUTHIER_TRY(check_experiment(directory));
  const auto lock = ExperimentLock::take(directory);
  return lock ? Result<>() : lock.error();
}

Result<> remove_experiment(const fs::path& directory) {
  LUTHIER_TRY(check_experiment(directory));
  LUTHIER_TAKE(const auto place, lasting_path(directory));
  LUTHIER_TAKE(auto lock, ExperimentLock::take(place));
  const ContainedFiles files(place);
  LUTHIER_TAKE(const auto entries, own_entries(files));
  for (const auto& entry : entries) {
    if (!files.remove_all(entry)) {
      return not_removed(files.path(entry), errno);
    }
  }
  lock.release();
  std::error_code error;
  fs::remove(place, error);
  const bool emptied = !error || foreign_entries(place).empty();
  return error && emptied ? Result<>(not_removed(place, error.value())) : Result<>();
}

std::int64_t bytes_on_disk(const fs::path& directory) {
  const ContainedFiles files(directory);
  std::int64_t bytes = 0;
  const auto entries = own_entries(files);
  for (const auto& entry : entries ? *entries : std::vector<std::string>()) {
    bytes += bytes_below(files, entry);
  }
  return bytes;
}

}  // namespace luthier
