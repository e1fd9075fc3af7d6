// WorkerHandle: the driver's side of one worker actor: starts it, passes frames to it and back, and
// says when it is gone. Whatever it says comes from a thread of its own.
//
// One call carries frames both ways: `exchange(frames) -> frames` delivers what is for the worker
// and returns when the worker has something to say, or when the next exchange arrives; only the
// newest call returns frames, so their order is kept; calls are numbered, because Ray may begin
// them in another order than they were made. A trial that reports and is answered costs one call.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include <ray/api.h>

#include "shape.h"
#include "worker.h"

namespace luthier::ray_driver {

class WorkerHandle {
 public:
  // `said`: frames of the worker, in order. `gone`: it can't be used any more, with the reason; the
  // last thing that is called.
  struct Listener {
    std::function<void(const std::string& frames)> said;
    std::function<void(const std::string& reason)> gone;
  };
  WorkerHandle(Shape shape, Listener listener);
  ~WorkerHandle();  // waits for its thread: only after `gone`

  // Passes frames on as soon as the worker is there. Any thread.
  void tell(const std::string& frames);
  // Ends the worker's process. `gone` follows. Any thread.
  void retire(const std::string& reason);
  bool alive() const;  // its process has answered

 private:
  using Call = ray::ObjectRef<std::string>;

  void run();
  void create();
  void place();
  Call exchange(const std::string& frames);
  void submit();          // with mutex_ held
  void submit_pending();  // with mutex_ held
  Call next_call();
  static std::string reason_of(const std::exception& error);

  const Shape shape_;
  const Listener listener_;
  ray::ActorHandleXlang python_;
  ray::ActorHandle<Worker> cpp_;
  ray::PlacementGroup group_;

  mutable std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  bool created_ = false;
  bool alive_ = false;
  bool retired_ = false;
  bool expects_answers_ = false;  // the engine is about to answer what was said
  std::string retired_because_;
  std::string pending_;
  std::uint64_t submitted_ = 0;
  std::deque<Call> calls_;  // outstanding, at most two

  std::thread thread_;
};

}  // namespace luthier::ray_driver
