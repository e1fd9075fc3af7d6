// Reading an experiment's log from outside, whether or not someone is writing it: never changes a
// file, makes none, and keeps none open between calls.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>

#include "luthier/error.h"
#include "luthier/event.h"

namespace luthier {

class EventReader {
 public:
  virtual ~EventReader() = default;
  // Calls `receive` with every event from `first` on, in order, until it returns false: all those
  // appended before the call. Each event was checked against the log's checksums.
  virtual Result<> read_from(Sequence first, const std::function<bool(const Event&)>& receive) = 0;
  // 0 when empty.
  virtual Result<Sequence> last_sequence() = 0;
};

// Errors: not_found, corruption, io (not a log, or of a newer version).
Result<std::unique_ptr<EventReader>> open_for_reading(
    const std::filesystem::path& experiment_directory);

}  // namespace luthier
