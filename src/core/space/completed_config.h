// Completes a configuration that leaves parameters open.
#pragma once

#include "luthier/compiled_space.h"

namespace luthier {

// `given`, which check() allows, with the values of `drawn` where it leaves parameters open. A
// parameter that is active in it and not in `drawn` is drawn from `rng`.
Config completed_config(const CompiledSpace& space,
                        const Config& given,
                        const Config& drawn,
                        Rng& rng);

}  // namespace luthier
