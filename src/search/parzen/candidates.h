// Candidates drawn from a density of good observations, and the one where it exceeds the density of
// all others most (Bergstra et al., "Algorithms for Hyper-Parameter Optimization", 2011).
#pragma once

#include <optional>

#include "luthier/rng.h"
#include "search/parzen/mixture.h"
#include "search/points/explored.h"

namespace luthier::parzen {

struct BestCandidate {
  std::vector<double> point;
  double log_ratio = 0;  // of the two densities
};

enum class DrawFrom : std::uint8_t { good, space };

// Candidates come from the density of the good ones, or from the space as declared. At most `count`
// candidates are compared; forbidden or repeated ones are drawn again, a bounded number of times.
// Grid axes take the values of `grid`; nothing when no candidate was allowed.
std::optional<BestCandidate> best_candidate(const CompiledSpace& space,
                                            std::span<const double> grid,
                                            const Mixture& good,
                                            const Mixture& other,
                                            const Explored& explored,
                                            DrawFrom from,
                                            std::size_t count,
                                            Rng& rng);

}  // namespace luthier::parzen
