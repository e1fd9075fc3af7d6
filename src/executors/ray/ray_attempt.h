// RayAttempt: an attempt that runs on some node, with its channels here: it plays the part of the
// warden and of the program's pipes for ProcessAttempt, so that an attempt elsewhere and one on
// this machine are one and the same.
#pragma once

#include <array>
#include <string>

#include "base/file_descriptor.h"
#include "executors/programs/guardian_client.h"
#include "executors/ray/ray_wire.h"
#include "luthier/executor.h"

namespace luthier {

class RayAttempt {
 public:
  enum Stream : int { control, report, output, error, stream_count };

  // Takes its own copies of the program's ends. `theirs`: the control socket for ProcessAttempt.
  static Result<RayAttempt> open(const Program& program,
                                 const StartRequest& request,
                                 FileDescriptor& theirs);

  AttemptId id() const { return id_; }
  int fd(Stream stream) const { return streams_[stream].get(); }

  // Passes bytes on as far as the reader takes them now.
  void feed(Stream stream, std::string_view bytes);
  void feed_spawned(const ray_wire::Spawned& spawned);
  // The last word of the attempt, given once everything else has been read.
  void feed_gone(const ray_wire::Gone& gone);
  void feed_lost(const std::string& reason, bool for_good);
  void flush();
  std::size_t backlog() const;
  bool wants_to_write(Stream stream) const { return !pending_[stream].empty(); }
  bool over() const { return told_end_; }

  // What ProcessAttempt wants.
  struct Wish {
    bool abandoned = false;  // nobody listens any more
    bool terminate = false;
    std::uint32_t grace_ms = 0;
  };
  Wish read_control() const;
  std::string read_report();

  std::int64_t lines() const { return lines_; }  // of the report channel so far
  const std::filesystem::path& trial_directory() const { return trial_directory_; }

 private:
  void send_end();

  AttemptId id_;
  std::filesystem::path trial_directory_;
  std::array<FileDescriptor, stream_count> streams_;
  std::array<std::string, stream_count> pending_;
  std::string end_;  // the packet of the end, while streams still have something to pass on
  std::int64_t lines_ = 0;
  bool told_end_ = false;
};

}  // namespace luthier
