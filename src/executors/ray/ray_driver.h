// RayDriver: the process luthier-ray, its socket and what it said last on stderr.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "base/file_descriptor.h"
#include "executors/ray/ray_wire.h"
#include "luthier/error.h"

namespace luthier {

struct RayConnection {
  std::filesystem::path program;  // luthier-ray
  std::string address;
  std::string node_ip;
  std::int64_t port = 0;
  std::chrono::seconds patience{60};
  std::chrono::seconds silence{60};
  std::vector<std::string> code;  // where workers find code: directories and libraries
};

class RayDriver {
 public:
  // Starts it and tells it where to connect; does not wait.
  static Result<RayDriver> launch(const RayConnection& connection);
  RayDriver() = default;
  RayDriver(RayDriver&& other) noexcept;
  RayDriver& operator=(RayDriver&& other) noexcept;
  ~RayDriver();  // asks it to leave, kills it when it does not

  explicit operator bool() const { return static_cast<bool>(socket_); }
  int socket() const { return socket_.get(); }  // non-blocking
  int talk() const { return talk_.get(); }      // its stdout and stderr, non-blocking

  // Reads what is there; false: it is gone.
  bool read();
  bool next(ray_wire::Frame& frame) { return ray_wire::take(incoming_, position_, frame); }
  // Queues frames, and writes what the socket takes; false: it is gone.
  bool send(const std::string& frames);
  bool flush() { return send({}); }
  bool has_unsent() const { return !outgoing_.empty(); }
  void read_talk();
  // Once it is gone: why, as far as its end and its last words tell.
  std::string last_words();

 private:
  void end();
  std::string how_it_ended();

  FileDescriptor socket_;
  FileDescriptor talk_;
  pid_t pid_ = 0;
  std::string incoming_;
  std::size_t position_ = 0;
  std::string outgoing_;
  std::string said_;  // the end of its talk
};

}  // namespace luthier
