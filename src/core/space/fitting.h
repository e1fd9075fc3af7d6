// Whether a configuration is one of a space.
#pragma once

#include "luthier/compiled_space.h"

namespace luthier {

// A value of the space for each parameter that is searched and active, and no constraint violated.
bool is_whole_in(const CompiledSpace& space, const Config& config);

}  // namespace luthier
