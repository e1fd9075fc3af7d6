// The loops behind kernels.h, included by the two files that compile them. In an anonymous
// namespace on purpose: each file must keep its own machine code.
#pragma once

#include "search/parzen/elementary.h"
#include "search/parzen/kernels.h"

namespace luthier::parzen {
namespace {

void subtract_squares(std::size_t count,
                      const double* __restrict centre,
                      const double* __restrict curvature,
                      double x,
                      double* __restrict exponent) {
  for (std::size_t i = 0; i < count; ++i) {
    const double distance = x - centre[i];
    exponent[i] -= distance * distance * curvature[i];
  }
}

void add(std::size_t count, const double* __restrict term, double* __restrict exponent) {
  for (std::size_t i = 0; i < count; ++i) {
    exponent[i] += term[i];
  }
}

void multiply_masses(std::size_t count,
                     const double* __restrict centre,
                     const double* __restrict inverse_width,
                     const double* __restrict scale,
                     const double* __restrict absent,
                     double low,
                     double high,
                     double* __restrict factor) {
  const double inverse_cell = 1 / (high - low);
  for (std::size_t i = 0; i < count; ++i) {
    const double mass =
        normal_mass((low - centre[i]) * inverse_width[i], (high - centre[i]) * inverse_width[i]);
    factor[i] *= mass * scale[i] * inverse_cell + absent[i];
  }
}

void add_levels(std::size_t count,
                const double* __restrict level,
                double x,
                double hit,
                double miss,
                double* __restrict exponent) {
  for (std::size_t i = 0; i < count; ++i) {
    const double present = level[i] == x ? hit : miss;
    exponent[i] += level[i] < 0 ? 0.0 : present;
  }
}

double sum(std::size_t count, const double* __restrict factor, const double* __restrict exponent) {
  double lanes[kLanes] = {};
  for (std::size_t i = 0; i < count; i += kLanes) {
    for (std::size_t k = 0; k < kLanes; ++k) {
      lanes[k] += factor[i + k] * exponential(exponent[i + k]);
    }
  }
  return (lanes[0] + lanes[1]) + (lanes[2] + lanes[3]);
}

constexpr Kernels kKernels = {.subtract_squares = subtract_squares,
                              .add = add,
                              .multiply_masses = multiply_masses,
                              .add_levels = add_levels,
                              .sum = sum};

}  // namespace
}  // namespace luthier::parzen
