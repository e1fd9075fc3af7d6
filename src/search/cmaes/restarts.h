// How an evolution strategy begins again: IPOP doubles the population each time (Auger and Hansen,
// "A restart CMA evolution strategy with increasing population size", 2005); BIPOP has short runs
// with small populations and steps in between, as many trials of one kind as of the other (Hansen,
// "Benchmarking a BI-population CMA-ES on the BBOB-2009 function testbed", 2009).
#pragma once

#include <cstdint>
#include <optional>

#include "luthier/rng.h"

namespace luthier::cmaes {

enum class RestartKind : std::uint8_t { none, ipop, bipop };

// One run of the strategy.
struct Run {
  std::size_t population = 0;
  double sigma = 0;              // initial step size
  std::int64_t most_trials = 0;  // 0: no limit
};

class Restarts {
 public:
  Restarts(RestartKind kind, const Run& first);

  // The run after one that took `trials` trials; nothing when it is the last.
  std::optional<Run> next(std::int64_t trials, Rng& rng);

 private:
  Run small_run(Rng& rng) const;

  RestartKind kind_;
  Run first_;
  std::int64_t runs_ = 1;
  bool last_was_small_ = false;
  std::size_t large_population_;
  std::int64_t last_large_trials_ = 0;
  std::int64_t large_trials_ = 0;  // of all large runs but the first
  std::int64_t small_trials_ = 0;
};

}  // namespace luthier::cmaes
