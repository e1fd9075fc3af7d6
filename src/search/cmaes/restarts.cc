#include "search/cmaes/restarts.h"

#include <algorithm>
#include <cmath>

namespace luthier::cmaes {

Restarts::Restarts(RestartKind kind, const Run& first)
    : kind_(kind), first_(first), large_population_(first.population) {}

std::optional<Run> Restarts::next(std::int64_t trials, Rng& rng) {
  if (kind_ == RestartKind::none) {
    return std::nullopt;
  }
  if (last_was_small_) {
    small_trials_ += trials;
  } else {
    large_trials_ += runs_ > 1 ? trials : 0;
    last_large_trials_ = trials;
  }
  ++runs_;
  last_was_small_ = kind_ == RestartKind::bipop && small_trials_ < large_trials_;
  if (last_was_small_) {
    return small_run(rng);
  }
  large_population_ *= 2;
  return Run{.population = large_population_, .sigma = first_.sigma};
}

Run Restarts::small_run(Rng& rng) const {
  const auto least = static_cast<double>(first_.population);
  const double ratio = static_cast<double>(large_population_) / (2 * least);
  const double u = rng.uniform();
  return {.population = static_cast<std::size_t>(std::floor(least * std::pow(ratio, u * u))),
          .sigma = first_.sigma * std::pow(10, -2 * rng.uniform()),
          .most_trials = std::max<std::int64_t>(last_large_trials_ / 2, 1)};
}

}  // namespace luthier::cmaes
