// Time is a port: the engine never asks the system. The simulator's clock is virtual.
#pragma once

#include "luthier/trial.h"

namespace luthier {

class Clock {
 public:
  virtual ~Clock() = default;
  // Microseconds since the Unix epoch. Never goes back, whatever happens to the wall clock. Any
  // thread.
  virtual TimePoint now() const = 0;
};

}  // namespace luthier
