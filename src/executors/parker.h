// Parker: one thread sleeps, any thread or signal handler wakes it. A futex, because neither a
// condition variable nor an eventfd gives both a signal-safe wake-up and one system call a
// hand-over. It sleeps at once: to spin or to yield first takes the processor from whoever has the
// answer, and more batches of fewer events are the result.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

namespace luthier {

class Parker {
 public:
  // Sleeps until unpark() is called or `timeout` is over; returns at once if unpark() was called
  // since the last park(). May return early for no reason. One thread only.
  void park(std::chrono::microseconds timeout);
  void park();  // without a limit
  // Any thread, async-signal-safe.
  void unpark();

 private:
  static constexpr std::uint32_t kNothing = 0;
  static constexpr std::uint32_t kToken = 1;
  static constexpr std::uint32_t kSleeping = 2;

  bool begin_sleep();

  std::atomic<std::uint32_t> state_ = kNothing;
};

}  // namespace luthier
