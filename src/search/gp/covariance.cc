// The loops here are vectorised for the machine that every build is for, and call nothing of the C
// library: the same bits everywhere.
#include "search/gp/covariance.h"

#include <algorithm>
#include <cmath>

#include "search/parzen/elementary.h"

namespace luthier::gp {
namespace {

using Eigen::Index;
using parzen::exponential;

constexpr double kFiner = 10;  // of the length scales, in the rough part
constexpr double kAbsent = -1;

// Eigen cuts products into blocks that fit the machine's caches, and the cut decides the order of
// additions: with sizes of our own it is the same on every machine.
[[maybe_unused]] const bool kCachesAreGiven = [] {
  Eigen::setCpuCacheSizes(32 << 10, 256 << 10, 2 << 20);
  return true;
}();

double matern_at(double squared) {
  const double a = std::sqrt(5 * squared);
  return (1 + a + a * a * (1.0 / 3)) * exponential(-a);
}

double slope_at(double squared) {
  const double a = std::sqrt(5 * squared);
  return (5.0 / 3) * (1 + a) * exponential(-a);
}

void add_squares(
    Index count, const double* __restrict x, double at, double weight, double* __restrict out) {
  for (Index i = 0; i < count; ++i) {
    const double apart = x[i] - at;
    out[i] += apart * apart * weight;
  }
}

void add_differences(
    Index count, const double* __restrict x, double at, double weight, double* __restrict out) {
  for (Index i = 0; i < count; ++i) {
    out[i] += x[i] == at ? 0.0 : weight;
  }
}

}  // namespace

std::vector<double> weights_of(const Kernel& kernel) {
  std::vector<double> out;
  for (const double scale : kernel.length_scales) {
    out.push_back(1 / (scale * scale));
  }
  return out;
}

Table::Table(std::span<const Distance> distances, const Points& points)
    : distances_(distances.begin(), distances.end()) {
  for (std::size_t axis = 0; axis < points.axes; ++axis) {
    if (distances_[axis] == Distance::conditional) {
      conditional_.push_back(axis);
    }
  }
  coordinates_.resize(static_cast<Index>(points.size()),
                      static_cast<Index>(points.axes + conditional_.size()));
  for (std::size_t i = 0; i < points.size(); ++i) {
    const auto row = static_cast<Index>(i);
    for (std::size_t axis = 0; axis < points.axes; ++axis) {
      coordinates_(row, static_cast<Index>(axis)) = coordinate(axis, points[i][axis]);
    }
    for (std::size_t k = 0; k < conditional_.size(); ++k) {
      coordinates_(row, static_cast<Index>(points.axes + k)) =
          std::isnan(points[i][conditional_[k]]) ? 0 : 1;
    }
  }
}

double Table::coordinate(std::size_t axis, double x) const {
  const double absent = distances_[axis] == Distance::categorical ? kAbsent : 0.5;
  return std::isnan(x) ? absent : x;
}

void Table::squared(std::span<const double> at,
                    std::span<const double> weights,
                    double* out) const {
  std::fill_n(out, rows(), 0.0);
  for (std::size_t axis = 0; axis < at.size(); ++axis) {
    const auto add = distances_[axis] == Distance::categorical ? add_differences : add_squares;
    add(rows(),
        coordinates_.col(static_cast<Index>(axis)).data(),
        coordinate(axis, at[axis]),
        weights[axis],
        out);
  }
  for (std::size_t k = 0; k < conditional_.size(); ++k) {
    const std::size_t axis = conditional_[k];
    add_squares(rows(),
                coordinates_.col(static_cast<Index>(at.size() + k)).data(),
                std::isnan(at[axis]) ? 0 : 1,
                weights[axis],
                out);
  }
}

Eigen::ArrayXd Table::above(std::span<const double> at, std::size_t axis) const {
  return coordinates_.col(static_cast<Index>(axis)).array() - at[axis];
}

void matern(const Eigen::MatrixXd& squared, double variance, Eigen::MatrixXd& out) {
  out.resize(squared.rows(), squared.cols());
  const double* __restrict from = squared.data();
  double* __restrict to = out.data();
  for (Index i = 0; i < squared.size(); ++i) {
    to[i] = variance * matern_at(from[i]);
  }
}

void rough_matern(const Eigen::MatrixXd& squared, double roughness, Eigen::MatrixXd& out) {
  out.resize(squared.rows(), squared.cols());
  const double* __restrict from = squared.data();
  double* __restrict to = out.data();
  for (Index i = 0; i < squared.size(); ++i) {
    to[i] = roughness * matern_at(kFiner * kFiner * from[i]);
  }
}

void slope_of_both(const Eigen::MatrixXd& squared,
                   double variance,
                   double roughness,
                   Eigen::MatrixXd& out) {
  out.resize(squared.rows(), squared.cols());
  const double* __restrict from = squared.data();
  double* __restrict to = out.data();
  for (Index i = 0; i < squared.size(); ++i) {
    to[i] = variance * slope_at(from[i]) +
            roughness * (kFiner * kFiner) * slope_at(kFiner * kFiner * from[i]);
  }
}

}  // namespace luthier::gp
