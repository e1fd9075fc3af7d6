// The worker protocol (docs/worker_protocol.md): one JSON object a line, both ways.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "luthier/decision.h"
#include "luthier/error.h"
#include "luthier/value.h"

namespace luthier {

// What a worker says: a result, or that the checkpoint is complete.
struct WorkerMessage {
  bool checkpoint = false;
  Metrics metrics;
};
Result<WorkerMessage> parse_worker_message(std::string_view line);

// What it is told, with the end of the line. `directory`: where to save; empty: nothing to save.
std::string format_worker_reply(DecisionKind decision,
                                std::int64_t iteration,
                                const std::filesystem::path& directory);

}  // namespace luthier
