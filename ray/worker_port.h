// WorkerPort: where workers connect to luthier-ray. What a worker says and is told goes over its
// own connection, so that a report and its decision cost one message each way and no call of Ray's;
// Ray starts the workers and says when they are gone. One thread serves all connections.
//
// A connection begins with the token of this run, which Ray brought to the worker, and the worker's
// number; then frames follow both ways (ray_wire.h).
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>

namespace luthier::ray_driver {

class WorkerPort {
 public:
  // What a worker's connection brings; called by the port's thread.
  struct Listener {
    std::function<void(const std::string& frames)> said;  // whole frames
    std::function<void()> closed;
  };

  // Listens at `host`, an address of this machine; port 0: any that is free. Throws runtime_error.
  WorkerPort(const std::string& host, int port);

  // Announces a worker; `place` is what it is told.
  std::uint64_t expect(Listener listener);
  std::string place(std::uint64_t worker) const;
  // Passes frames on, once the worker has connected. Any thread.
  void tell(std::uint64_t worker, const std::string& frames);
  // Hangs up. The listener is not called any more. Not from a listener.
  void forget(std::uint64_t worker);

 private:
  struct Connection {
    int fd = -1;
    std::uint64_t worker = 0;  // 0: it has not said yet
    std::string incoming;
  };
  struct Worker {
    Listener listener;
    std::uint64_t connection = 0;  // 0: none yet, or none any more
    bool connected = false;        // once; a number is good for one connection
    std::string outgoing;
    bool waits_to_write = false;
  };

  void run();
  void accept_all();
  void on_readable(std::uint64_t number);
  bool greet(std::uint64_t number, Connection& connection);
  void hang_up(std::uint64_t number);
  void flush(Worker& worker);

  int epoll_ = -1;
  int listening_ = -1;
  std::string address_;
  std::string token_;

  std::mutex mutex_;  // guards what follows
  std::condition_variable delivered_;
  std::uint64_t delivering_ = 0;  // the worker whose listener is being called
  std::uint64_t next_ = 1;
  std::map<std::uint64_t, Connection> connections_;
  std::set<std::uint64_t> strangers_;  // connections that have not said who they are, by age
  std::map<std::uint64_t, Worker> workers_;
};

}  // namespace luthier::ray_driver
