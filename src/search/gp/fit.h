// The kernel that suits some values (Rasmussen and Williams, 2006, chapter 5).
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "search/gp/kernel.h"

namespace luthier::gp {

// The negative logarithm of the posterior density of a kernel given values with mean 0 and
// deviation 1, up to a constant. Its arguments: the logarithms of the length scales, of the
// variance, of the roughness and of the noise. Priors are normal in each logarithm; that of the
// length scales grows with the square root of the number of axes (Hvarfner, Hellsten and Nardi,
// "Vanilla Bayesian optimization performs great in high dimensions", 2024), so that many axes do
// not each have to be learnt.
class Misfit {
 public:
  Misfit(const Points& points, std::span<const double> values, std::vector<Distance> distances);
  Misfit(Misfit&&) noexcept;
  ~Misfit();

  std::size_t arguments() const;
  // Precondition: `slope` has one number an argument. Infinity where the covariance has no factor.
  double operator()(std::span<const double> at, std::vector<double>& slope) const;
  Kernel kernel(std::span<const double> at) const;

 private:
  struct Data;
  std::unique_ptr<Data> data_;
};

// What is not smooth in the values is rough or noise: the best kernel that starts from either.
struct Fit {
  Kernel rough;
  Kernel noisy;
  double evidence = 0;  // for noise: the difference of the misfits

  // Whether noise is the better explanation by so much that it is believed without a test. Whoever
  // believes in roughness tries places close together, which shows noise in time; whoever believes
  // in noise does not find out.
  bool is_beyond_doubt() const;
};

// The least misfits that descents from the best of several starts find. About 100 n^3 operations
// for n points.
Fit fit(const Points& points, std::span<const double> values, std::vector<Distance> distances);

}  // namespace luthier::gp
