#include "tuner/machine/signals.h"

#include <array>
#include <csignal>

namespace luthier {
namespace {

// A handler has no argument to reach an object by; lock-free atomics are what it may touch.
// NOLINTBEGIN(cppcoreguidelines-avoid-non-const-global-variables): see above
std::atomic<int> interrupt_count{0};
std::atomic<int> interrupt_signal{0};
std::atomic<Executor*> executor_to_wake{nullptr};
static_assert(std::atomic<int>::is_always_lock_free && std::atomic<Executor*>::is_always_lock_free);

constexpr std::array<int, 3> kSignals = {SIGINT, SIGTERM, SIGHUP};
std::array<struct sigaction, kSignals.size()> earlier_actions;
int depth = 0;
// NOLINTEND(cppcoreguidelines-avoid-non-const-global-variables)

void on_signal(int signal) {
  interrupt_signal = signal;
  ++interrupt_count;
  if (Executor* executor = executor_to_wake) {
    executor->wake();
  }
}

}  // namespace

InterruptSignals::InterruptSignals() {
  if (depth++ > 0) {
    return;
  }
  interrupt_count = 0;
  interrupt_signal = 0;
  struct sigaction action{};
  action.sa_handler = on_signal;
  action.sa_flags = SA_RESTART;
  for (std::size_t i = 0; i < kSignals.size(); ++i) {
    sigaction(kSignals[i], &action, &earlier_actions[i]);
    // As nohup asks: the terminal may close, and the run goes on.
    if (kSignals[i] == SIGHUP && earlier_actions[i].sa_handler == SIG_IGN) {
      sigaction(SIGHUP, &earlier_actions[i], nullptr);
    }
  }
}

InterruptSignals::~InterruptSignals() {
  executor_to_wake = nullptr;
  if (--depth > 0) {
    return;
  }
  for (std::size_t i = 0; i < kSignals.size(); ++i) {
    sigaction(kSignals[i], &earlier_actions[i], nullptr);
  }
}

void InterruptSignals::interrupt(int signal) {
  on_signal(signal);
}

void InterruptSignals::wake(Executor* executor) {
  executor_to_wake = executor;
}
const std::atomic<int>& InterruptSignals::count() {
  return interrupt_count;
}
int InterruptSignals::last_signal() {
  return interrupt_signal;
}
std::string_view InterruptSignals::name_of_last() {
  return interrupt_signal == SIGTERM ? "SIGTERM" : interrupt_signal == SIGHUP ? "SIGHUP" : "Ctrl-C";
}

}  // namespace luthier
