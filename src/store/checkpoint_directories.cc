#include "store/checkpoint_directories.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <system_error>

#include "store/files.h"
#include "store/manifest.h"

namespace luthier {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kTemporaryPrefix = ".tmp-";
constexpr std::string_view kTrashPrefix = ".trash-";

// Names that nothing else in this process or an earlier one uses at the same time.
std::string unique_suffix() {
  static std::atomic<std::uint64_t> count{0};
  return std::to_string(::getpid()) + "-" + std::to_string(++count);
}

std::string checkpoint_name(std::int64_t training_iteration) {
  const std::string digits = std::to_string(training_iteration);
  return digits.size() < 6 ? std::string(6 - digits.size(), '0') + digits : digits;
}

bool is_real_directory(const fs::path& path) {
  std::error_code ignored;
  return fs::is_directory(fs::symlink_status(path, ignored));
}

// Out of its name first, in one step, so that no half of it can ever be taken for a checkpoint.
Result<> move_to_trash(const fs::path& directory) {
  if (::rmdir(directory.c_str()) == 0) {
    return {};  // it was empty, as that of every program that never saved
  }
  const auto trash =
      directory.parent_path() /
      (std::string(kTrashPrefix) + directory.filename().string() + "-" + unique_suffix());
  if (::rename(directory.c_str(), trash.c_str()) != 0) {
    return errno == ENOENT ? Result<>() : system_error("remove", directory);
  }
  std::error_code ignored;  // what stays in the trash is removed by the next clean
  fs::remove_all(trash, ignored);
  return {};
}

// Gives `temporary` the name `directory`, or "<directory>-2", "-3", ... when that is taken: by a
// checkpoint of the same iteration in an earlier segment, which a clone may still need, or by one
// that was never committed.
Result<> give_final_name(const fs::path& temporary, fs::path& directory) {
  const std::string wanted = directory.string();
  for (int number = 2;; ++number) {
    if (::renameat2(AT_FDCWD, temporary.c_str(), AT_FDCWD, directory.c_str(), RENAME_NOREPLACE) ==
        0) {
      return {};
    }
    if (errno != EEXIST) {
      return system_error("name the checkpoint", directory);
    }
    directory = wanted + "-" + std::to_string(number);
  }
}

Error changed(const fs::path& directory, const std::string& name, const char* how) {
  return {ErrorCode::corruption,
          "the checkpoint " + directory.string() + " can't be restored: " + name + " " + how};
}

Result<> compare(const fs::path& directory,
                 const std::vector<ManifestEntry>& listed,
                 const std::vector<ManifestEntry>& found) {
  std::size_t i = 0;
  for (const auto& entry : listed) {
    if (i == found.size() || found[i].name > entry.name) {
      return changed(directory, entry.name, "is missing");
    }
    if (found[i].name < entry.name) {
      return changed(directory, found[i].name, "is not in its manifest");
    }
    if (found[i].bytes != entry.bytes) {
      return changed(directory, entry.name, "has another size than when it was saved");
    }
    if (found[i] != entry) {
      return changed(directory, entry.name, "has other content than when it was saved");
    }
    ++i;
  }
  return i == found.size() ? Result<>()
                           : changed(directory, found[i].name, "is not in its manifest");
}

}  // namespace

CheckpointDirectories::CheckpointDirectories(fs::path experiment_directory, bool full_durability)
    : root_(std::move(experiment_directory)), full_durability_(full_durability) {}

Result<std::unique_ptr<CheckpointDirectories>> CheckpointDirectories::make_temporary() {
  std::error_code error;
  const auto base = fs::temp_directory_path(error);
  std::string name = ((error ? fs::path("/tmp") : base) / "luthier-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr || ::chmod(name.c_str(), 0700) != 0) {
    return system_error("make the directory", name);
  }
  auto area = std::make_unique<CheckpointDirectories>(name, false);
  area->temporary_ = true;
  return area;
}

CheckpointDirectories::~CheckpointDirectories() {
  if (temporary_) {
    std::error_code ignored;
    fs::remove_all(root_, ignored);
  }
}

fs::path CheckpointDirectories::trial_directory(TrialId trial) const {
  return root_ / "trials" / to_text(trial);
}

fs::path CheckpointDirectories::checkpoints_of(TrialId trial) const {
  return trial_directory(trial) / "checkpoints";
}

Result<fs::path> CheckpointDirectories::begin(AttemptId id) {
  const auto parent = checkpoints_of(id.trial);
  if (const auto made = make_private_directory(parent); !made) {
    return made.error();
  }
  auto temporary =
      parent / (std::string(kTemporaryPrefix) + std::to_string(id.attempt) + "-" + unique_suffix());
  if (::mkdir(temporary.c_str(), 0700) != 0 || ::chmod(temporary.c_str(), 0700) != 0) {
    return system_error("make the directory", temporary);
  }
  return temporary;
}

Result<CheckpointArea::Sealed> CheckpointDirectories::seal(AttemptId id,
                                                           std::int64_t training_iteration,
                                                           const fs::path& temporary) {
  const auto parent = checkpoints_of(id.trial);
  if (temporary.parent_path() != parent || !is_real_directory(temporary)) {
    return Error{ErrorCode::invalid_argument,
                 temporary.string() + " is not a checkpoint being written in " + parent.string()};
  }
  const auto sync = [&](const fs::path& path) {
    return full_durability_ ? sync_to_disk(path) : Result<>();
  };
  const auto entries = describe_files(temporary, sync);
  if (!entries) {
    return entries.error();
  }
  if (const auto written = write_manifest(temporary, *entries); !written) {
    return written.error();
  }
  for (const auto& path : {temporary / kManifestName, temporary}) {
    if (const auto synced = sync(path); !synced) {
      return synced.error();
    }
  }
  Sealed sealed{.directory = parent / checkpoint_name(training_iteration)};
  for (const auto& entry : *entries) {
    sealed.bytes += entry.bytes;
  }
  if (const auto named = give_final_name(temporary, sealed.directory); !named) {
    return named.error();
  }
  for (const auto& path : {parent, parent.parent_path(), root_ / "trials", root_}) {
    if (const auto synced = sync(path); !synced) {
      return synced.error();
    }
  }
  return sealed;
}

Result<> CheckpointDirectories::verify(const fs::path& directory) const {
  if (!is_real_directory(directory)) {
    return Error{ErrorCode::corruption,
                 "the checkpoint " + directory.string() + " can't be restored: it is gone"};
  }
  const auto listed = read_manifest(directory);
  if (!listed) {
    return listed.error();
  }
  const auto found = describe_files(directory);
  if (!found) {
    // A link or a pipe that took a file's place is damage; that it can't be read now is not.
    const bool damage = found.error().code == ErrorCode::invalid_argument;
    return Error{damage ? ErrorCode::corruption : found.error().code, found.error().message};
  }
  return compare(directory, *listed, *found);
}

void CheckpointDirectories::remove(const fs::path& directory) {
  // What can't be removed now is no checkpoint of any event any more; the next clean tries again.
  (void)move_to_trash(directory);
}

void CheckpointDirectories::clean(TrialId trial, const std::set<std::string>& keep) {
  const auto parent = checkpoints_of(trial);
  if (!is_real_directory(parent)) {
    return;
  }
  std::error_code error;
  std::set<fs::path> leftovers;
  for (fs::directory_iterator entries(parent, error); !error && entries != fs::directory_iterator();
       entries.increment(error)) {
    if (!keep.contains(entries->path().filename().string())) {
      leftovers.insert(entries->path());
    }
  }
  for (const auto& leftover : leftovers) {
    (void)move_to_trash(leftover);
  }
}

}  // namespace luthier
