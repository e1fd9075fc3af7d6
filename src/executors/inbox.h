// Inbox: what executors have to say, on its way to the engine. Many threads post, the engine takes
// everything at once, which is also what it commits at once.
#pragma once

#include <mutex>
#include <vector>

#include "executors/parker.h"
#include "luthier/clock.h"
#include "luthier/executor.h"

namespace luthier {

class Inbox {
 public:
  void post(ExecutorEvent event);  // any thread

  // Waits until something was posted, `until` has passed or wake() was called; returns all that was
  // posted so far, in order. One thread only.
  std::vector<ExecutorEvent> drain(TimePoint until, const Clock& clock);
  void wake();  // any thread, async-signal-safe

 private:
  std::vector<ExecutorEvent> take();

  std::mutex mutex_;
  std::vector<ExecutorEvent> events_;  // guarded by mutex_
  std::atomic<bool> woken_ = false;
  Parker parker_;
};

}  // namespace luthier
