// The normal distribution that CMA-ES draws from, and how it follows ranked points: Hansen, "The
// CMA evolution strategy: a tutorial", 2016 (arXiv 1604.00772), with negative weights (section 4)
// and either a full covariance matrix or a diagonal one (Ros and Hansen, 2008).
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "luthier/rng.h"

namespace luthier::cmaes {

struct EvolutionOptions {
  double sigma = 0.2;  // initial step size
  std::size_t population = 6;
  bool separable = false;  // a diagonal covariance
  // Takes a part of each step only (search/cmaes/learning_rate.h).
  bool adapt_learning_rate = false;
};

// A point to learn from.
struct RankedPoint {
  std::vector<double> point;
  bool valid = true;  // false: it failed; such points come last
  // Not drawn from the distribution as it is now. Its step counts as if it were no longer than an
  // ordinary one: Hansen, "Injecting external solutions into CMA-ES", 2011.
  bool foreign = false;
};

class Evolution {
 public:
  // At least one dimension.
  Evolution(std::span<const double> mean, const EvolutionOptions& options);
  Evolution(Evolution&&) noexcept;
  Evolution& operator=(Evolution&&) noexcept;
  ~Evolution();

  std::size_t population() const;
  std::int64_t generation() const;  // how often it was updated
  double sigma() const;
  std::vector<double> mean() const;
  std::vector<double> covariance() const;    // without the step size; row after row
  double deviation(std::size_t axis) const;  // of one coordinate, the step size included

  std::vector<double> draw(Rng& rng) const;
  // One generation: population() points, best first, at least one of them valid; not when
  // is_exhausted(). Where fewer are
  // valid than there are parents, these share the weight of all.
  void update(std::span<const RankedPoint> ranked);
  // The weights, best first, that a generation with `valid` valid points gives its parents.
  std::vector<double> parent_weights(std::size_t valid) const;
  // Moves one coordinate of the mean, nothing else.
  void set_mean(std::size_t axis, double value);

  // Its steps have become too small or too large, or its covariance degenerate: it can't be updated
  // any more (criteria TolX, TolXUp and ConditionCov of the tutorial, section B.3).
  bool is_exhausted() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace luthier::cmaes
