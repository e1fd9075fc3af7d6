// Why an attempt failed, in sentences.
#pragma once

#include <chrono>
#include <string>

#include "executors/programs/guardian/wire.h"
#include "luthier/error.h"
#include "luthier/event.h"

namespace luthier {

// It did not start although the system had room for it.
std::string start_failure(const guardian::Spawned& spawned,
                          const std::string& program,
                          const std::string& working_directory);
// It did not start: no descriptors, no memory, no processes.
std::string no_room_failure(const std::string& program, const std::string& reason);
// It ended with a status, by a signal or over its memory limit; with the last lines of its stderr.
std::string exit_failure(const guardian::Gone& gone,
                         std::uint64_t memory_limit_bytes,
                         const std::string& tail);
std::string time_out_failure(std::chrono::microseconds limit);

// How an attempt ends that could not be prepared. A damaged checkpoint is not the trial's fault: an
// older one may do. What else went wrong (no descriptors left, say) says nothing about a
// checkpoint.
inline Outcome unprepared(const Error& error) {
  return error.code == ErrorCode::corruption ? Outcome::unrestorable : Outcome::failed;
}

}  // namespace luthier
