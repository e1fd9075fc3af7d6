// Why an attempt of a program failed, in sentences.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "executors/guardian/wire.h"

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
// It ended well but named none of the metrics wanted; `seen` are those it did name.
std::string missing_metric(const std::vector<std::string>& wanted,
                           const std::vector<std::string>& seen);

}  // namespace luthier
