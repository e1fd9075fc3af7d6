// Descent of a smooth function within bounds by quasi-Newton steps: the BFGS update of the inverse
// Hessian, steps projected onto the bounds (Bertsekas, "Projected Newton methods for optimization
// problems with simple constraints", 1982).
#pragma once

#include <functional>
#include <span>
#include <vector>

namespace luthier::gp {

// Value at a point; fills `slope`, one number a coordinate. May be infinite, then `slope` is not
// read.
using Smooth = std::function<double(std::span<const double> at, std::vector<double>& slope)>;

struct DescentOptions {
  double first_step = 0.1;  // largest move of a coordinate in the first step
  int evaluations = 40;     // at most
  double tolerance = 1e-6;  // ends when a step lowers the value by less
};

struct Descended {
  std::vector<double> at;
  double value = 0;
};

// Preconditions: the function is finite at `start`, and low <= start <= high everywhere.
Descended descend(const Smooth& function,
                  const std::vector<double>& start,
                  std::span<const double> low,
                  std::span<const double> high,
                  const DescentOptions& options);

}  // namespace luthier::gp
