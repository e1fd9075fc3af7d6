#include "executors/parker.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>

#include <linux/futex.h>

namespace luthier {
namespace {

static_assert(std::atomic<std::uint32_t>::is_always_lock_free &&
              sizeof(std::atomic<std::uint32_t>) == 4);

void futex(std::atomic<std::uint32_t>& word,
           int operation,
           std::uint32_t value,
           const timespec* timeout) {
  const int saved = errno;  // a signal handler must leave errno as it found it
  syscall(
      SYS_futex, reinterpret_cast<std::uint32_t*>(&word), operation, value, timeout, nullptr, 0);
  errno = saved;
}

}  // namespace

// False when a token was there, which is taken.
bool Parker::begin_sleep() {
  std::uint32_t expected = kNothing;
  if (state_.compare_exchange_strong(expected, kSleeping, std::memory_order_acquire)) {
    return true;
  }
  state_.exchange(kNothing, std::memory_order_acquire);
  return false;
}

void Parker::park(std::chrono::microseconds timeout) {
  if (!begin_sleep()) {
    return;
  }
  const auto count = timeout.count() > 0 ? timeout.count() : 0;
  const timespec span{.tv_sec = static_cast<time_t>(count / 1'000'000),
                      .tv_nsec = static_cast<long>(count % 1'000'000) * 1000};
  futex(state_, FUTEX_WAIT_PRIVATE, kSleeping, &span);
  state_.exchange(kNothing, std::memory_order_acquire);
}

void Parker::park() {
  if (!begin_sleep()) {
    return;
  }
  futex(state_, FUTEX_WAIT_PRIVATE, kSleeping, nullptr);
  state_.exchange(kNothing, std::memory_order_acquire);
}

void Parker::unpark() {
  if (state_.exchange(kToken, std::memory_order_release) == kSleeping) {
    futex(state_, FUTEX_WAKE_PRIVATE, 1, nullptr);
  }
}

}  // namespace luthier
