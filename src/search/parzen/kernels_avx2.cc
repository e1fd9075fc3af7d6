// Compiled with -mavx2 -mno-fma (src/CMakeLists.txt): includes nothing whose code is shared.
#include "search/parzen/kernel_loops.h"

namespace luthier::parzen {

const Kernels& avx2_kernels() {
  return kKernels;
}

}  // namespace luthier::parzen
