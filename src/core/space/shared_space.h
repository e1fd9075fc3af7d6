// A compiled space that several parts of a program share, so that nothing compiles it again.
#pragma once

#include <memory>

#include "luthier/compiled_space.h"

namespace luthier {

using SharedSpace = std::shared_ptr<const CompiledSpace>;

// `space` compiled; `ready` itself where it was made of an equal space. Errors: those of compile().
Result<SharedSpace> compile_shared(const Space& space, const SharedSpace& ready = nullptr);

}  // namespace luthier
