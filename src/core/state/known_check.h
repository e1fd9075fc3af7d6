// Checks a known result against a space and the objectives, and completes it.
#pragma once

#include <span>

#include "luthier/compiled_space.h"
#include "luthier/experiment_spec.h"

namespace luthier {

// The result with constants and computed parameters filled in, in the space's order. An error says
// what is outside of the space, missing or no finite number, one a line.
Result<KnownResult> complete_known(const CompiledSpace& space,
                                   std::span<const Objective> objectives,
                                   const KnownResult& known);

}  // namespace luthier
