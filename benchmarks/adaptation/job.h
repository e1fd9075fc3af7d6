// A job to compare schedulers on, and how it is tuned: `luthier::Tuner` with everything but the
// scheduler and the seed.
#pragma once

#include <functional>

#include "luthier/luthier.h"

namespace adaptation {

struct Job {
  luthier::TrainFunction train;
  luthier::Space space;
  luthier::Objective objective;
  std::int64_t trials = 0;                  // all at a time
  luthier::NamedValues population_options;  // of `pbt`
};

// The two-parameter problem of Jaderberg et al. (2017), figure 2.
Job toy();

// The network of examples/digits; each seed has its own split of the images and its own first
// weights.
Job digits(std::uint64_t seed);

}  // namespace adaptation
