// Where the expected improvement over the best so far, times the chance of success, is largest
// (Mockus 1978; in logarithms, as Ament et al., "Unexpected improvements to expected improvement",
// 2023, so that it has a slope everywhere).
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "search/feasibility/feasibility.h"
#include "search/gp/draws.h"
#include "search/gp/posterior.h"

namespace luthier::gp {

// log(phi(z) + z Phi(z)): the logarithm of the improvement expected in units of the deviation, when
// the best so far is z deviations above the mean; relative error of what it is the logarithm of
// below 1e-6.
double log_improvement(double z);
double log_improvement_slope(double z);

struct Place {
  std::vector<double> point;
  Posterior::Prediction prediction;
  double log_improvement = 0;
  double log_success = 0;  // as Feasibility has it
};

struct Search {
  const CompiledSpace& space;
  const Posterior& posterior;
  const Feasibility& feasibility;
  double best;        // so far: lower is an improvement
  Points good;        // around which points are drawn as well as over the whole space
  std::size_t draws;  // over the whole space
};

// The best of the points drawn and of where descents from some of the best of these end; on
// discrete and conditional axes neighbours are drawn as well. Nothing when no point drawn was
// allowed.
std::optional<Place> most_promising(const Search& search, Draws draws);

}  // namespace luthier::gp
