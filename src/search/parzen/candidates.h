// Candidates drawn from a density of good observations, and the one where it exceeds the density of
// all others most (Bergstra et al., "Algorithms for Hyper-Parameter Optimization", 2011).
#pragma once

#include <functional>
#include <optional>

#include "luthier/rng.h"
#include "search/feasibility/feasibility.h"
#include "search/parzen/mixture.h"
#include "search/points/explored.h"
#include "search/priors/priors.h"

namespace luthier::parzen {

struct BestCandidate {
  std::vector<double> point;
  double log_ratio = 0;      // of the two densities
  std::size_t compared = 0;  // candidates it is the best of
};

enum class DrawFrom : std::uint8_t { good, space };

using Allowed = std::function<bool(std::span<const double> point)>;

struct CandidateSearch {
  const CompiledSpace& space;
  std::span<const double> grid;  // the values of grid axes
  const Mixture& good;
  const Mixture& other;
  const Explored& explored;
  const Feasibility& feasibility;  // where failure is likely the ratio counts for less
  DrawFrom from = DrawFrom::good;  // or from the space as declared
  // Each parameter has densities of its own, so that a candidate's may come from different trials.
  bool independent = false;
  std::size_t count = 24;  // candidates to compare
  Allowed allowed = {};    // if any, forbids further points
  const Priors* priors =
      nullptr;  // if any, some candidates come from them, and their density counts
};

// Forbidden or repeated candidates are drawn again, a bounded number of times; nothing when no
// candidate was allowed.
std::optional<BestCandidate> best_candidate(const CandidateSearch& search, Rng& rng);

}  // namespace luthier::parzen
