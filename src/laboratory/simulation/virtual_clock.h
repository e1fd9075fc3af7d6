// VirtualClock: time that passes only when the simulated executor says so.
#pragma once

#include "base/check.h"
#include "luthier/clock.h"

namespace luthier {

class VirtualClock final : public Clock {
 public:
  TimePoint now() const override { return now_; }
  void advance_to(TimePoint time) {
    LUTHIER_CHECK(time >= now_, "virtual time would go back");
    now_ = time;
  }

 private:
  TimePoint now_ = 0;
};

}  // namespace luthier
