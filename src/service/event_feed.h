// EventFeed: pushes the events of a log to a client that subscribed, as they are committed. It
// never holds up the engine: a client that is too far behind is dropped, and told from where to
// read on.
#pragma once

#include <atomic>
#include <mutex>
#include <string>

#include "luthier/logger.h"
#include "service/line_socket.h"

namespace luthier {

class EventFeed : public Logger {
 public:
  explicit EventFeed(LineSocket& socket) : socket_(socket) {}

  void on_events(const ExperimentView& view, std::span<const Event> events) override;

  void subscribe(bool on) { subscribed_ = on; }  // any thread
  // Of the experiment whose beginning was seen; any thread.
  std::string experiment_name() const;

 private:
  void push(std::span<const Event> events);

  LineSocket& socket_;
  std::atomic<bool> subscribed_ = false;
  mutable std::mutex mutex_;
  std::string name_;  // guarded by mutex_
};

// {"events": [...]}, what is pushed; the same list answers a request for events.
std::string events_json(std::span<const Event> events);

}  // namespace luthier
