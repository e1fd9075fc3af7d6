// SystemClock: the wall clock read once, then the steady clock: it never goes back.
#pragma once

#include <chrono>

#include "luthier/clock.h"

namespace luthier {

class SystemClock : public Clock {
 public:
  SystemClock();
  TimePoint now() const override;

 private:
  TimePoint wall_at_start_;
  std::chrono::steady_clock::time_point steady_at_start_;
};

}  // namespace luthier
