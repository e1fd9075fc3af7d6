// WorkerPort: where workers on Ray's nodes connect. What a worker says and is told goes over its
// own connection, so that a report and its decision cost one message each way and no call of Ray's;
// Ray starts the workers and says when they are gone.
//
// A connection begins with the token of this run, which Ray brought to the worker, and the worker's
// number; then frames follow both ways (ray_wire.h). Who has not said both within some seconds is
// hung up on. Lives in one thread.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/file_descriptor.h"
#include "executors/ray/ray_wire.h"
#include "luthier/clock.h"
#include "luthier/error.h"

namespace luthier {

class WorkerPort {
 public:
  class Listener {
   public:
    virtual ~Listener() = default;
    virtual void on_frame(std::uint64_t worker, const ray_wire::Frame& frame) = 0;
    virtual void on_closed(std::uint64_t worker) = 0;
  };

  // Listens at `host`, an address of this machine; port 0: any that is free.
  static Result<WorkerPort> listen(const std::string& host, std::int64_t port);

  // Announces a worker; returns its number.
  std::uint64_t expect();
  // What that worker has to be told: "HOST:PORT TOKEN NUMBER".
  std::string place(std::uint64_t worker) const;
  // Passes frames on, once the worker has connected.
  void tell(std::uint64_t worker, std::string_view frames);
  // Hangs up. Nothing more is heard of the worker. Also from a listener.
  void forget(std::uint64_t worker);

  // Readable when serve() has something to do.
  int fd() const { return epoll_.get(); }
  void serve(Listener& listener, TimePoint now);
  // Once in a while: hangs up on strangers who keep silent.
  void tidy(TimePoint now);

 private:
  struct Connection {
    FileDescriptor socket;
    std::uint64_t worker = 0;  // 0: it has not said yet
    std::string incoming;
  };
  struct Worker {
    std::uint64_t connection = 0;  // 0: none yet, or none any more
    bool connected = false;        // once; a number is good for one connection
    std::string outgoing;
    bool waits_to_write = false;
  };

  void watch(int operation, int fd, std::uint64_t number, std::uint32_t events) const;
  void accept_all(TimePoint now);
  bool greet(std::uint64_t number, Connection& connection);
  void on_readable(std::uint64_t number, Listener& listener);
  void hear(std::uint64_t number, bool open, Listener& listener);
  void hang_up(std::uint64_t number);
  void flush(Worker& worker);

  FileDescriptor epoll_;
  FileDescriptor listening_;
  std::string address_;
  std::string token_;
  std::uint64_t next_ = 1;
  std::unordered_map<std::uint64_t, Connection> connections_;
  std::map<std::uint64_t, TimePoint> strangers_;  // connections that have not said who they are
  bool full_ = false;                             // so many that nobody else is let in now
  std::unordered_map<std::uint64_t, Worker> workers_;
};

}  // namespace luthier
