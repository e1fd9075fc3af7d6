#include "core/space/shared_space.h"

#include <utility>

namespace luthier {

Result<SharedSpace> compile_shared(const Space& space, const SharedSpace& ready) {
  if (ready && ready->declaration() == space) {
    return ready;
  }
  auto compiled = CompiledSpace::compile(space);
  if (!compiled) {
    return compiled.error();
  }
  return std::make_shared<const CompiledSpace>(*std::move(compiled));
}

}  // namespace luthier
