// What a Gaussian process over the unit cube of a search space takes for alike (Rasmussen and
// Williams, "Gaussian Processes for Machine Learning", 2006, chapter 4). Two kernels of Matern 5/2
// with one length scale an axis,
//   k(x, y) = v m(s) + r m(10 s),   m(s) = (1 + a + a^2 / 3) e^-a,   a = sqrt(5) s,
//   s^2 = sum_i d_i(x, y) / l_i^2.
// The second, rough, part is for losses with many local minima. Without it their ups and downs look
// like noise, and noise would make the same place worth another try. d_i is (x_i - y_i)^2 on
// numeric axes; on categorical ones 0 where the levels are the same and 1 elsewhere; a conditional
// axis without a value counts as being in the middle, and d_i is 1 more where one of the two has a
// value and the other none.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace luthier::gp {

// Points of the unit cube, row after row; NaN where an axis is inactive.
struct Points {
  std::size_t axes = 0;
  std::vector<double> x;

  std::size_t size() const { return axes == 0 ? 0 : x.size() / axes; }
  std::span<const double> operator[](std::size_t row) const {
    return std::span(x).subspan(row * axes, axes);
  }
  void add(std::span<const double> point) { x.insert(x.end(), point.begin(), point.end()); }
};

enum class Distance : std::uint8_t { numeric, conditional, categorical };

struct Kernel {
  std::vector<Distance> distances;    // d, by axis
  std::vector<double> length_scales;  // l, by axis
  double variance = 1;                // v
  double roughness = 0;               // r
  double noise = 0.01;                // variance of an observation
};

}  // namespace luthier::gp
