#include "executors/system_clock.h"

#include <algorithm>

namespace luthier {
namespace {

template <class Duration>
TimePoint to_microseconds(Duration duration) {
  return std::chrono::duration_cast<std::chrono::microseconds>(duration).count();
}

}  // namespace

SystemClock::SystemClock(TimePoint earliest)
    : start_(
          std::max(earliest, to_microseconds(std::chrono::system_clock::now().time_since_epoch()))),
      steady_at_start_(std::chrono::steady_clock::now()) {}

TimePoint SystemClock::now() const {
  return start_ + to_microseconds(std::chrono::steady_clock::now() - steady_at_start_);
}

}  // namespace luthier
