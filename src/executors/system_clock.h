// SystemClock: the wall clock read once, then the steady clock: it never goes back, and differences
// are true whatever happens to the wall clock.
#pragma once

#include <chrono>

#include "luthier/clock.h"

namespace luthier {

class SystemClock : public Clock {
 public:
  // Begins at `earliest` where the wall clock is behind that: a wall clock that was ahead when an
  // experiment began must not make its time stand still after it was put right.
  explicit SystemClock(TimePoint earliest = 0);
  TimePoint now() const override;

 private:
  TimePoint start_;
  std::chrono::steady_clock::time_point steady_at_start_;
};

}  // namespace luthier
