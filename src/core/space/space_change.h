// What may change about the space of an experiment that has begun: the distributions of its
// parameters. Which parameters there are stays, and so do grids, which number the trials.
#pragma once

#include "luthier/error.h"
#include "luthier/space.h"

namespace luthier {

// `space` with the parameters of `changes` in place of those of the same name. A parameter that is
// given without a condition keeps its own. Invalid_argument: a new name, or a grid.
Result<Space> changed_space(const Space& space, const Space& changes);

// Whether an experiment over `before` may go on over `after`, as changed_space() makes it.
bool is_change_of(const Space& before, const Space& after);

}  // namespace luthier
