// Points of a search space drawn anywhere or near another one. Grid axes take given values,
// inactive axes none, and discrete ones the middle of their cell.
#pragma once

#include <functional>
#include <span>

#include "luthier/compiled_space.h"
#include "luthier/rng.h"
#include "search/gp/kernel.h"
#include "search/priors/priors.h"

namespace luthier::gp {

// Whether a point may be proposed; empty: any may.
using Allowed = std::function<bool(std::span<const double> point)>;

class Draws {
 public:
  // `grid` as CompiledSpace::grid_point gives it. All arguments must outlive this.
  Draws(const CompiledSpace& space, std::span<const double> grid, const Allowed& allowed, Rng& rng)
      : space_(space), grid_(grid), allowed_(allowed), rng_(rng) {}

  // Each adds one point to `out`, or none where it is not allowed.
  void add_anywhere(Points& out);
  // As Priors draws one.
  void add_likely(const Priors& priors, Points& out);
  // Each axis moves with a probability that makes it about two axes: numeric ones by a normal
  // number with deviation `step`, categorical ones to any level.
  void add_near(std::span<const double> point, double step, Points& out);
  // The point itself, settled in the cells it is in.
  void add_settled(std::span<const double> point, Points& out);

 private:
  template <class Coordinate>
  void add(Points& out, Coordinate coordinate);

  const CompiledSpace& space_;
  std::span<const double> grid_;
  const Allowed& allowed_;
  Rng& rng_;
};

}  // namespace luthier::gp
