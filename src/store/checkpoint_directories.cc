#include "store/checkpoint_directories.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <system_error>

#include "base/failure.h"
#include "base/format.h"
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
  return formatted("{}-{}", ::getpid(), ++count);
}

std::string checkpoint_name(std::int64_t training_iteration) {
  const std::string digits = std::to_string(training_iteration);
  return digits.size() < 6 ? std::string(6 - digits.size(), '0') + digits : digits;
}

fs::path name_of_trial(TrialId trial) {
  return fs::path("trials") / to_text(trial);
}

fs::path name_of_checkpoints(TrialId trial) {
  return name_of_trial(trial) / "checkpoints";
}

bool is_directory(const ContainedFiles& files, const fs::path& name) {
  const auto status = files.status(name);
  return status && S_ISDIR(status->st_mode);
}

// Out of its name first, in one step, so that no half of it can ever be taken for a checkpoint.
Result<> move_to_trash(const ContainedFiles& files, const fs::path& name) {
  if (files.remove(name) || errno == ENOENT) {
    return {};  // it was empty, as that of every program that never saved
  }
  const auto trash =
      name.parent_path() /
      (formatted("{}{}-{}", kTrashPrefix, name.filename().string(), unique_suffix()));
  if (!files.rename(name, trash)) {
    return errno == ENOENT ? Result<>() : system_error("remove", files.path(name));
  }
  files.remove_all(trash);  // what stays in the trash is removed by the next clean
  return {};
}

// Gives `temporary` the name `wanted`, or "<wanted>-2", "-3", ... when that is taken: by a
// checkpoint of the same iteration in an earlier segment, which a clone may still need, or by one
// that was never committed.
Result<fs::path> give_final_name(const ContainedFiles& files,
                                 const fs::path& temporary,
                                 const fs::path& wanted) {
  fs::path name = wanted;
  for (int number = 2;; ++number) {
    if (files.rename(temporary, name, ContainedFiles::Target::free)) {
      return name;
    }
    if (errno != EEXIST) {
      return system_error("name the checkpoint", files.path(name));
    }
    name = formatted("{}-{}", wanted.string(), number);
  }
}

Error changed(const fs::path& directory, const std::string& name, const char* how) {
  return {ErrorCode::corruption,
          formatted("the checkpoint {} can't be restored: {} {}", directory.string(), name, how)};
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
      return changed(directory, entry.name, "has a different size than when it was saved");
    }
    if (found[i] != entry) {
      return changed(directory, entry.name, "has different content than when it was saved");
    }
    ++i;
  }
  return i == found.size() ? Result<>()
                           : changed(directory, found[i].name, "is not in its manifest");
}

}  // namespace

CheckpointDirectories::CheckpointDirectories(fs::path experiment_directory, bool full_durability)
    : root_(std::move(experiment_directory)), files_(root_), full_durability_(full_durability) {}

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
  return root_ / name_of_trial(trial);
}

fs::path CheckpointDirectories::name_of(const fs::path& path) const {
  return path.lexically_relative(root_);
}

Result<fs::path> CheckpointDirectories::begin(AttemptId id) {
  const auto name = name_of_checkpoints(id.trial) /
                    (formatted("{}{}-{}", kTemporaryPrefix, id.attempt, unique_suffix()));
  if (!files_.make_directories(name)) {
    return system_error("make the directory", files_.path(name));
  }
  return files_.path(name);
}

Result<CheckpointArea::Sealed> CheckpointDirectories::seal(AttemptId id,
                                                           std::int64_t training_iteration,
                                                           const fs::path& temporary) {
  const auto parent = name_of_checkpoints(id.trial);
  const auto name = name_of(temporary);
  if (name.parent_path() != parent || !is_directory(files_, name)) {
    return failure(ErrorCode::invalid_argument,
                   "{} is not a checkpoint being written in {}",
                   temporary.string(),
                   files_.path(parent).string());
  }
  const ContainedFiles checkpoint = files_.within(name);
  const auto entries = describe_files(checkpoint, full_durability_, &given_up_);
  if (!entries) {
    return entries.error();
  }
  if (const auto written = write_manifest(checkpoint, *entries); !written) {
    return written.error();
  }
  if (full_durability_) {
    auto synced = sync_file(checkpoint, kManifestName);
    synced = synced ? sync_directory(checkpoint, {}) : synced;
    if (!synced) {
      return synced.error();
    }
  }
  const auto named = give_final_name(files_, name, parent / checkpoint_name(training_iteration));
  if (!named) {
    return named.error();
  }
  if (const auto synced = sync_names(parent); !synced) {
    return synced.error();
  }
  Sealed sealed{.directory = files_.path(*named)};
  for (const auto& entry : *entries) {
    sealed.bytes += entry.bytes;
  }
  return sealed;
}

Result<> CheckpointDirectories::sync_names(const fs::path& parent) const {
  if (!full_durability_) {
    return {};
  }
  for (const auto& name : {parent, parent.parent_path(), fs::path("trials"), fs::path()}) {
    if (auto synced = sync_directory(files_, name); !synced) {
      return synced;
    }
  }
  return {};
}

Result<> CheckpointDirectories::verify(const fs::path& directory) const {
  const auto name = name_of(directory);
  if (!is_directory(files_, name)) {
    return failure(ErrorCode::corruption,
                   "the checkpoint {} can't be restored: it is gone",
                   directory.string());
  }
  const ContainedFiles checkpoint = files_.within(name);
  const auto listed = read_manifest(checkpoint);
  if (!listed) {
    return listed.error();
  }
  const auto found = describe_files(checkpoint, false, &given_up_);
  if (!found) {
    // A link or a pipe that took a file's place is damage; that it can't be read now is not.
    const bool damage = found.error().code == ErrorCode::invalid_argument;
    return Error{damage ? ErrorCode::corruption : found.error().code, found.error().message};
  }
  return compare(directory, *listed, *found);
}

void CheckpointDirectories::remove(const fs::path& directory) {
  // What can't be removed now is no checkpoint of any event any more; the next clean tries again.
  (void)move_to_trash(files_, name_of(directory));
}

void CheckpointDirectories::clean(TrialId trial, const std::set<std::string>& keep) {
  const auto parent = name_of_checkpoints(trial);
  const auto names = files_.list(parent);
  for (const auto& name : names.value_or(std::vector<std::string>())) {
    if (!keep.contains(name)) {
      (void)move_to_trash(files_, parent / name);
    }
  }
}

}  // namespace luthier
