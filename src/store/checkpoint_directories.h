// Checkpoints on disk: <experiment>/trials/<00042>/checkpoints/<000010>/, each with a manifest.json
// of its files' sizes and SHA-256 sums. A checkpoint is written under a temporary name and renamed
// when it is whole, so what has a final name can be restored from.
#pragma once

#include <atomic>
#include <filesystem>
#include <memory>
#include <set>

#include "base/contained_files.h"
#include "luthier/executor.h"

namespace luthier {

class CheckpointDirectories final : public CheckpointArea {
 public:
  // `full_durability` false leaves out every sync: a checkpoint survives the death of this process,
  // and verify finds one that a power loss has damaged.
  CheckpointDirectories(std::filesystem::path experiment_directory, bool full_durability);
  // For an experiment without a directory (memory store): in a private temporary one, removed with
  // this object.
  static Result<std::unique_ptr<CheckpointDirectories>> make_temporary();
  CheckpointDirectories(const CheckpointDirectories&) = delete;
  CheckpointDirectories& operator=(const CheckpointDirectories&) = delete;
  ~CheckpointDirectories() override;

  Result<std::filesystem::path> begin(AttemptId id) override;
  // Nothing is ever replaced: when the name is taken (an earlier segment's checkpoint, or one that
  // was never committed) the new one is "000010-2". On failure the temporary directory stays.
  Result<Sealed> seal(AttemptId id,
                      std::int64_t training_iteration,
                      const std::filesystem::path& temporary) override;
  Result<> verify(const std::filesystem::path& directory) const override;
  void remove(const std::filesystem::path& directory) override;

  // Removes from the trial's checkpoints whatever is not in `keep` (final names like "000010"):
  // what crashes left behind. Only while no attempt of the trial runs.
  void clean(TrialId trial, const std::set<std::string>& keep);

  // Any thread. What is being sealed or verified fails soon, and so does all that comes after: the
  // run is ending, and a large checkpoint would hold it up.
  void give_up() { given_up_ = true; }

  std::filesystem::path trial_directory(TrialId trial) const;
  const std::filesystem::path& root() const { return root_; }

 private:
  Result<> sync_names(const std::filesystem::path& parent) const;
  // The name below the root; one that leads outside is refused when it is used.
  std::filesystem::path name_of(const std::filesystem::path& path) const;

  std::filesystem::path root_;
  ContainedFiles files_;
  bool full_durability_;
  bool temporary_ = false;
  std::atomic<bool> given_up_ = false;
};

}  // namespace luthier
