// One writer an experiment: a lock on <experiment>/experiment.lock that the kernel drops when its
// holder dies, whatever the cause, so that a stale file never blocks anyone. The file says who
// holds it. (An open-file-description lock: a process forked without exec would share it, so such a
// process must close its descriptors.)
#pragma once

#include <filesystem>
#include <string>

#include "luthier/error.h"
#include "store/files.h"

namespace luthier {

class ExperimentLock {
 public:
  // Takes the lock, waiting a few tenths of a second for a holder that is just leaving.
  // `unavailable` names the holder.
  static Result<ExperimentLock> take(const std::filesystem::path& experiment_directory);
  // Whether someone holds it now. Takes nothing, waits for nothing.
  static bool is_held(const std::filesystem::path& experiment_directory);

  ExperimentLock(ExperimentLock&&) = default;
  ExperimentLock& operator=(ExperimentLock&&) = default;
  ~ExperimentLock() { release(); }

  // Writes who holds it. Apart from taking, so that an open that is refused changes no byte.
  Result<> announce();
  // Gives it back and removes the file.
  void release();

 private:
  ExperimentLock(FileDescriptor file, ContainedFiles files)
      : file_(std::move(file)), files_(std::move(files)) {}

  FileDescriptor file_;
  ContainedFiles files_;
};

}  // namespace luthier
