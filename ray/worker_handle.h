// WorkerHandle: the driver's side of one worker actor: starts it, passes frames to it and back over
// its connection (worker_port.h), and says when it is gone.
//
// The actor's one call, `serve(place)`, connects to this process and lasts as long as the worker
// does: that it ends, and why, is Ray's word that the worker is gone. A worker speaks at least
// every few seconds; one that is silent for longer than `silence` counts as gone, whatever Ray
// says, and so does one whose connection has ended.
#pragma once

#include <chrono>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include <ray/api.h>

#include "shape.h"
#include "worker.h"
#include "worker_port.h"

namespace luthier::ray_driver {

class WorkerHandle {
 public:
  // `said`: frames of the worker, in order. `gone`: it can't be used any more, with the reason; the
  // last thing that is called.
  struct Listener {
    std::function<void(const std::string& frames)> said;
    std::function<void(const std::string& reason)> gone;
  };
  WorkerHandle(Shape shape, std::chrono::seconds silence, WorkerPort& port, Listener listener);
  ~WorkerHandle();  // waits for its thread: only after `gone`

  // Passes frames on as soon as the worker is there. Any thread.
  void tell(const std::string& frames) { port_.tell(number_, frames); }
  // Ends the worker's process. `gone` follows. Any thread.
  void retire(const std::string& reason);

 private:
  using Clock = std::chrono::steady_clock;

  void run();
  void kill();
  void create();
  void place();
  ray::ObjectRef<std::string> serve();
  std::string end_of(const ray::ObjectRef<std::string>& serving);
  std::string given_up();

  const Shape shape_;
  const std::chrono::seconds silence_;
  WorkerPort& port_;
  const Listener listener_;
  const std::uint64_t number_;
  ray::ActorHandleXlang python_;
  ray::ActorHandle<Worker> cpp_;
  ray::PlacementGroup group_;

  std::mutex mutex_;  // guards what follows
  bool created_ = false;
  bool alive_ = false;  // it has spoken
  Clock::time_point heard_at_;
  bool retired_ = false;
  std::string retired_because_;
  bool closed_ = false;          // its connection has ended
  Clock::time_point ending_at_;  // since when its end is only waited for

  std::thread thread_;
};

}  // namespace luthier::ray_driver
