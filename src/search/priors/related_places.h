// Where the best results of a related task are in this experiment's space. Only their order counts:
// losses of different tasks can't be compared.
#pragma once

#include <vector>

#include "luthier/compiled_space.h"
#include "luthier/known_result.h"
#include "search/priors/belief.h"

namespace luthier {

// The best ones, best first; empty where the results have no parameter that is searched here. A
// number outside of its range counts as the nearest inside, another value that the space does not
// have as none.
std::vector<Belief::Place> related_places(const RelatedTask& task, const CompiledSpace& space);

}  // namespace luthier
