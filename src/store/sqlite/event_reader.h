// Reading an experiment's log from outside, whether or not someone is writing it: never changes a
// file, makes none, and keeps none open between calls.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

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

  // Both ends of the log. Events between them are checked only where they are few.
  struct Ends {
    Sequence last = 0;                  // 0 in an empty log
    std::uint32_t chain = 0;            // of the last event
    std::optional<Event> first;         // nothing in an empty log
    std::optional<std::string> status;  // bytes that stand for the last event, if there are any
  };
  virtual Result<Ends> ends() = 0;
  // The events at these places, which must ascend. Each was checked against the one before it.
  virtual Result<std::vector<Event>> events_at(std::span<const Sequence> places) = 0;
};

// The same without a look at the log first: the first call says what is wrong with it.
std::unique_ptr<EventReader> reader_of(const std::filesystem::path& experiment_directory);

// Errors: not_found, corruption, io (not a log, or of a newer version).
Result<std::unique_ptr<EventReader>> open_for_reading(
    const std::filesystem::path& experiment_directory);

}  // namespace luthier
