// The inner loops of a mixture's density: each works on one column, a number for each component.
// Built twice, plain and for AVX2; both add in the same order and round alike, so that the machine
// never decides a suggestion. Counts are multiples of kLanes; columns are padded.
#pragma once

#include <cstddef>

namespace luthier::parzen {

inline constexpr std::size_t kLanes = 4;

struct Kernels {
  // exponent -= (x - centre)^2 * curvature
  void (*subtract_squares)(
      std::size_t count, const double* centre, const double* curvature, double x, double* exponent);
  // exponent += term
  void (*add)(std::size_t count, const double* term, double* exponent);
  // factor *= (the normal's mass in [low, high) * scale) / (high - low), or 1 where absent
  void (*multiply_masses)(std::size_t count,
                          const double* centre,
                          const double* inverse_width,
                          const double* scale,
                          const double* absent,
                          double low,
                          double high,
                          double* factor);
  // exponent += hit where level == x, 0 where level < 0 (absent), miss elsewhere
  void (*add_levels)(
      std::size_t count, const double* level, double x, double hit, double miss, double* exponent);
  // sum of factor * e^exponent
  double (*sum)(std::size_t count, const double* factor, const double* exponent);
};

const Kernels& portable_kernels();
const Kernels& avx2_kernels();  // precondition: the machine has AVX2
bool has_avx2();
const Kernels& best_kernels();

}  // namespace luthier::parzen
