// KeptWorkers: worker processes that run one attempt after the other (luthier/_kept.py). A worker
// gets an attempt's packet and answers on the attempt's control socket itself, as a warden would;
// what it can't say, since it was told to end or is dead, is said here.
#pragma once

#include <functional>
#include <list>
#include <string>

#include "base/file_descriptor.h"
#include "executors/programs/guardian_client.h"
#include "luthier/error.h"

namespace luthier {

class KeptWorkers {
 public:
  // Starts a worker that takes its attempts from `orders` (borrowed); returns its warden's socket.
  using Start = std::function<Result<FileDescriptor>(const Program& first, int orders)>;
  // `epoll`: is readable when hear() has something to do; it must outlive this.
  KeptWorkers(Start start, int epoll) : start_(std::move(start)), epoll_(epoll) {}

  // Like GuardianClient::spawn.
  Result<FileDescriptor> spawn(const Program& attempt);
  void hear();
  bool empty() const { return workers_.empty(); }
  // Without their guardian they are about to end; attempts hear of it.
  void forget_idle();

 private:
  struct Worker {
    FileDescriptor warden;
    FileDescriptor orders;
    FileDescriptor attempt;  // the far end of its control socket; none: the worker is idle
    std::string fit;         // which attempts it can run
    bool doomed = false;     // it was told to end
  };

  Result<Worker*> idle_worker(const Program& attempt);
  Result<Worker*> new_worker(const Program& attempt);
  void hear_orders(Worker& worker) const;
  void hear_attempt(Worker& worker) const;
  static bool hear_warden(Worker& worker);  // false: it is gone
  void watch(int fd) const;
  void release(Worker& worker) const;  // from its attempt

  const Start start_;
  const int epoll_;
  std::list<Worker> workers_;
};

}  // namespace luthier
