// Where the expected improvement over the best so far, times the chance of success, is largest
// (Mockus 1978; in logarithms, as Ament et al., "Unexpected improvements to expected improvement",
// 2023, so that it has a slope everywhere). With several objectives the improvement is that of the
// hypervolume; with requirements the chance that each is met is a factor (Gardner et al., "Bayesian
// optimization with inequality constraints", 2014).
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "search/feasibility/feasibility.h"
#include "search/gp/draws.h"
#include "search/gp/front_gain.h"
#include "search/gp/posterior.h"
#include "search/priors/priors.h"

namespace luthier::gp {

// log(phi(z) + z Phi(z)): the logarithm of the improvement expected in units of the deviation, when
// the best so far is z deviations above the mean; relative error of what it is the logarithm of
// below 1e-6.
double log_improvement(double z);
double log_improvement_slope(double z);

struct Place {
  std::vector<double> point;
  std::vector<Posterior::Prediction> predictions;  // of each objective
  double log_improvement = 0;
  double log_success = 0;   // as Feasibility has it
  double log_met = 0;       // the chance that every requirement is met
  double log_believed = 0;  // the density of the priors to the power of their weight
};

// What is to be improved: the best value that the model of one objective predicts at some points,
// or the front that those of several predict there. With no points only success counts, and that
// requirements are met.
struct Goal {
  Goal(std::span<const Posterior> objectives, const Points& so_far);
  std::optional<double> best;      // one objective
  std::optional<FrontGain> front;  // several
};

struct Search {
  const CompiledSpace& space;
  std::span<const Posterior> objectives;
  std::span<const Posterior> requirements;  // of by how much each is missed: met at 0 and below
  const Feasibility& feasibility;
  const Goal& goal;
  Points good;                     // around which points are drawn as well as over the whole space
  std::size_t draws;               // over the whole space
  const Priors* priors = nullptr;  // if any, half as many draws from them, and their density counts
};

// The best of the points drawn and of where descents from some of the best of these end; on
// discrete and conditional axes neighbours are drawn as well. Nothing when no point drawn was
// allowed.
std::optional<Place> most_promising(const Search& search, Draws draws);

}  // namespace luthier::gp
