// EventStore: where the log lives. One writer at a time; the implementation enforces it.
#pragma once

#include <functional>
#include <span>

#include "luthier/error.h"
#include "luthier/event.h"

namespace luthier {

class EventStore {
 public:
  virtual ~EventStore() = default;

  // Appends all events or none; on return they are as durable as the store was opened for. The
  // first sequence must be last_sequence() + 1. After an error the store refuses every further
  // call: nothing guesses what reached the disk.
  virtual Result<> append(std::span<const Event> events) = 0;

  // Calls `receive` with every event from `first` on, in order, until it returns false.
  virtual Result<> read_from(Sequence first, const std::function<bool(const Event&)>& receive) = 0;

  virtual Sequence last_sequence() const = 0;  // 0 when empty

  // Puts the store into its resting form (no side files). Called once, after the last append.
  virtual Result<> close() = 0;
};

}  // namespace luthier
