// A CheckpointArea of plain folders: enough to see what executors do with one.
#pragma once

#include <atomic>
#include <fstream>
#include <string>

#include "luthier/executor.h"

namespace luthier {

class FolderCheckpointArea : public CheckpointArea {
 public:
  explicit FolderCheckpointArea(std::filesystem::path root) : root_(std::move(root)) {
    std::filesystem::create_directories(root_);
  }

  Result<std::filesystem::path> begin(AttemptId) override {
    const auto path = root_ / ("temporary-" + std::to_string(++count_));
    std::filesystem::create_directory(path);
    return path;
  }
  Result<Sealed> seal(AttemptId id,
                      std::int64_t training_iteration,
                      const std::filesystem::path& temporary) override {
    if (fails) {
      return Error{ErrorCode::io, "the disk is full; free some space"};
    }
    const auto path = root_ / ("sealed-" + std::to_string(id.trial.value) + "-" +
                               std::to_string(training_iteration) + "-" + std::to_string(++count_));
    std::filesystem::rename(temporary, path);
    return Sealed{path, 1};
  }
  Result<> verify(const std::filesystem::path&) const override { return {}; }
  void remove(const std::filesystem::path& directory) override {
    std::filesystem::remove_all(directory);
  }

  // Folders that were begun and neither sealed nor removed.
  int temporaries() const {
    int count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(root_)) {
      count += entry.path().filename().string().starts_with("temporary-") ? 1 : 0;
    }
    return count;
  }

  std::atomic<bool> fails = false;

 private:
  const std::filesystem::path root_;
  std::atomic<int> count_ = 0;
};

}  // namespace luthier
