#include "search/parzen/kernels.h"

#include "search/parzen/kernel_loops.h"

namespace luthier::parzen {

const Kernels& portable_kernels() {
  return kKernels;
}

bool has_avx2() {
  return __builtin_cpu_supports("avx2") != 0;
}

const Kernels& best_kernels() {
  static const Kernels& best = has_avx2() ? avx2_kernels() : portable_kernels();
  return best;
}

}  // namespace luthier::parzen
