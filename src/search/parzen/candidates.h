// Candidates drawn from a density of good observations, and the one where it exceeds the density of
// all others most (Bergstra et al., "Algorithms for Hyper-Parameter Optimization", 2011).
#pragma once

#include <functional>
#include <optional>

#include "luthier/rng.h"
#include "search/parzen/mixture.h"
#include "search/points/explored.h"

namespace luthier::parzen {

struct BestCandidate {
  std::vector<double> point;
  double log_ratio = 0;      // of the two densities
  std::size_t compared = 0;  // candidates it is the best of
};

enum class DrawFrom : std::uint8_t { good, space };

using Allowed = std::function<bool(std::span<const double> point)>;

// Candidates come from the density of the good ones, or from the space as declared. At most `count`
// candidates are compared; forbidden or repeated ones are drawn again, a bounded number of times.
// Grid axes take the values of `grid`; nothing when no candidate was allowed. `allowed`, if any,
// forbids further points.
std::optional<BestCandidate> best_candidate(const CompiledSpace& space,
                                            std::span<const double> grid,
                                            const Mixture& good,
                                            const Mixture& other,
                                            const Explored& explored,
                                            DrawFrom from,
                                            std::size_t count,
                                            Rng& rng,
                                            const Allowed& allowed = {});

}  // namespace luthier::parzen
