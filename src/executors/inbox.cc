#include "executors/inbox.h"

#include <algorithm>
#include <utility>

namespace luthier {

void Inbox::post(ExecutorEvent event) {
  bool first = false;
  {
    const std::scoped_lock lock(mutex_);
    first = events_.empty();
    events_.push_back(std::move(event));
  }
  if (first) {
    parker_.unpark();
  }
}

std::vector<ExecutorEvent> Inbox::take() {
  const std::scoped_lock lock(mutex_);
  return std::exchange(events_, {});
}

std::vector<ExecutorEvent> Inbox::drain(TimePoint until, const Clock& clock) {
  // A day at a time: a wait for kNever must not overflow the system's clock.
  constexpr TimePoint kLongest = 86'400'000'000;
  while (true) {
    auto events = take();
    if (!events.empty() || woken_.exchange(false)) {
      return events;
    }
    if (until == kNever) {
      parker_.park();
      continue;
    }
    const TimePoint now = clock.now();
    if (now >= until) {
      return events;
    }
    parker_.park(std::chrono::microseconds(std::min(until - now, kLongest)));
  }
}

void Inbox::wake() {
  woken_.store(true);
  parker_.unpark();
}

}  // namespace luthier
