// WorkerHandle: the driver's side of one worker actor: starts it, passes frames to it and back, and
// says when it is gone. Whatever it says comes from a thread of its own.
//
// One call carries frames both ways: `exchange(frames) -> frames` delivers what is for the worker
// and returns when the worker has something to say, or when the next exchange arrives; only the
// newest call returns frames, so their order is kept; calls are numbered, because Ray may begin
// them in another order than they were made. A trial that reports and is answered costs one call.
//
// An answer begins with the number of its call, because Get() returns some of Ray's errors (an
// actor that is out of reach, for one) as if they were what the worker said. A worker answers at
// least every few seconds; one that is silent for longer than `silence` counts as gone, whatever
// Ray says.
#pragma once

#include <chrono>
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
  WorkerHandle(Shape shape, std::chrono::seconds silence, Listener listener);
  ~WorkerHandle();  // waits for its thread: only after `gone`

  // Passes frames on as soon as the worker is there. Any thread.
  void tell(const std::string& frames);
  // Ends the worker's process. `gone` follows. Any thread.
  void retire(const std::string& reason);
  bool alive() const;  // its process has answered

 private:
  using Clock = std::chrono::steady_clock;
  struct Call {
    std::uint64_t number = 0;
    ray::ObjectRef<std::string> answer;
    Clock::time_point since = Clock::now();
  };

  void run();
  void kill();
  void create();
  void place();
  ray::ObjectRef<std::string> exchange(std::uint64_t number, const std::string& frames);
  void submit();          // with mutex_ held
  void submit_pending();  // with mutex_ held
  Call next_call();
  std::string answer_to(const Call& call);
  bool given_up(const Call& call);

  const Shape shape_;
  const std::chrono::seconds silence_;
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
  Clock::time_point retired_at_;
  std::string pending_;
  std::uint64_t submitted_ = 0;
  std::deque<Call> calls_;  // outstanding, at most two

  std::thread thread_;
};

}  // namespace luthier::ray_driver
