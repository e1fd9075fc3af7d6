// Channel: luthier-ray's end of the socket to the executor. Frames out from any thread, in by one.
#pragma once

#include <mutex>
#include <string>

#include "executors/ray/ray_wire.h"

namespace luthier::ray_driver {

class Channel {
 public:
  explicit Channel(int socket) : socket_(socket) {}

  // Waits for the next frame; false: the executor is gone.
  bool receive(ray_wire::Frame& frame);
  // Any thread. Blocks while the executor does not read, which slows the workers down in turn.
  void send(const std::string& frames);
  void send(ray_wire::Kind kind,
            std::int64_t trial,
            std::int64_t attempt,
            const std::string& sentence);

 private:
  const int socket_;
  std::string incoming_;
  std::size_t position_ = 0;
  std::mutex mutex_;  // one writer at a time
};

}  // namespace luthier::ray_driver
