// The kernel's numbers for many points at once.
#pragma once

#include <span>
#include <vector>

#include <Eigen/Core>

#include "search/gp/kernel.h"

namespace luthier::gp {

std::vector<double> weights_of(const Kernel& kernel);  // 1 / l^2, by axis

// Points by column, to compute many distances at once.
class Table {
 public:
  Table(std::span<const Distance> distances, const Points& points);

  Eigen::Index rows() const { return coordinates_.rows(); }
  // out[row] = sum over the axes of weight * d(row, at).
  void squared(std::span<const double> at, std::span<const double> weights, double* out) const;
  // By row, how far it is above `at` along a numeric axis.
  Eigen::ArrayXd above(std::span<const double> at, std::size_t axis) const;

 private:
  double coordinate(std::size_t axis, double x) const;

  std::vector<Distance> distances_;
  std::vector<std::size_t> conditional_;  // axes, each with a column for whether it has a value
  Eigen::MatrixXd coordinates_;           // a column an axis, then these
};

// From squared distances s^2, element by element: v m(s) and r m(10 s) ...
void matern(const Eigen::MatrixXd& squared, double variance, Eigen::MatrixXd& out);
void rough_matern(const Eigen::MatrixXd& squared, double roughness, Eigen::MatrixXd& out);
// ... and -2 dk / ds^2, the slope of their sum.
void slope_of_both(const Eigen::MatrixXd& squared,
                   double variance,
                   double roughness,
                   Eigen::MatrixXd& out);

}  // namespace luthier::gp
