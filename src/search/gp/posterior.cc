#include "search/gp/posterior.h"

#include <algorithm>
#include <cmath>

#include <Eigen/Cholesky>

#include "search/gp/covariance.h"

namespace luthier::gp {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

struct Posterior::State {
  State(Kernel given, const Points& points)
      : kernel(std::move(given)),
        axis_weights(weights_of(kernel)),
        table(kernel.distances, points) {}

  Kernel kernel;
  std::vector<double> axis_weights;
  Table table;  // of the observed, then the pending
  Eigen::LLT<MatrixXd> factor;
  VectorXd weights;  // of the observed

  MatrixXd squared_distances(const Points& at) const {
    MatrixXd out(table.rows(), static_cast<Index>(at.size()));
    for (std::size_t j = 0; j < at.size(); ++j) {
      table.squared(at[j], axis_weights, out.col(static_cast<Index>(j)).data());
    }
    return out;
  }
  MatrixXd covariances(const MatrixXd& squared) const {
    MatrixXd out;
    MatrixXd rough;
    matern(squared, kernel.variance, out);
    rough_matern(squared, kernel.roughness, rough);
    return out + rough;
  }
  double deviation(double explained) const {
    const double all = kernel.variance + kernel.roughness;
    return std::sqrt(std::max(all - explained, 1e-12 * all));
  }
};

namespace {

Points joined(const Points& a, const Points& b) {
  Points out = a;
  out.x.insert(out.x.end(), b.x.begin(), b.x.end());
  return out;
}

}  // namespace

Posterior::Posterior(const Points& points,
                     std::span<const double> values,
                     const Points& pending,
                     Kernel kernel) {
  const Points all = joined(points, pending);
  state_ = std::make_unique<State>(std::move(kernel), all);
  MatrixXd covariance = state_->covariances(state_->squared_distances(all));
  covariance.diagonal().array() += state_->kernel.noise;
  state_->factor.compute(covariance);
  // The leading block of a Cholesky factor is the factor of the leading block.
  const auto n = static_cast<Index>(points.size());
  const auto lower = state_->factor.matrixLLT().topLeftCorner(n, n).triangularView<Eigen::Lower>();
  state_->weights =
      lower.transpose().solve(lower.solve(Eigen::Map<const VectorXd>(values.data(), n)));
}
Posterior::Posterior(Posterior&&) noexcept = default;
Posterior::~Posterior() = default;

std::vector<Posterior::Prediction> Posterior::predict(const Points& at) const {
  if (at.size() == 0) {
    return {};  // Eigen refers to the first number of every matrix
  }
  const State& s = *state_;
  MatrixXd across = s.covariances(s.squared_distances(at));
  const VectorXd means = across.topRows(s.weights.size()).transpose() * s.weights;
  s.factor.matrixL().solveInPlace(across);
  const VectorXd explained = across.colwise().squaredNorm();
  std::vector<Prediction> out(at.size());
  for (std::size_t j = 0; j < at.size(); ++j) {
    const auto column = static_cast<Index>(j);
    out[j] = {means[column], s.deviation(explained[column])};
  }
  return out;
}

Posterior::Slopes Posterior::slopes(std::span<const double> at) const {
  const State& s = *state_;
  const MatrixXd squared = s.squared_distances({.axes = at.size(), .x = {at.begin(), at.end()}});
  VectorXd across = s.covariances(squared);
  MatrixXd slope;
  slope_of_both(squared, s.kernel.variance, s.kernel.roughness, slope);
  const Index observed = s.weights.size();
  Slopes out{.value = {.mean = across.head(observed).dot(s.weights)},
             .mean = std::vector<double>(at.size()),
             .deviation = std::vector<double>(at.size())};
  s.factor.matrixL().solveInPlace(across);
  out.value.deviation = s.deviation(across.squaredNorm());
  s.factor.matrixU().solveInPlace(across);  // now the inverse covariance times the covariances
  for (std::size_t axis = 0; axis < at.size(); ++axis) {
    if (s.kernel.distances[axis] == Distance::categorical || std::isnan(at[axis])) {
      continue;
    }
    const VectorXd by_axis = s.axis_weights[axis] * slope.col(0).array() * s.table.above(at, axis);
    out.mean[axis] = by_axis.head(observed).dot(s.weights);
    out.deviation[axis] = -by_axis.dot(across) / out.value.deviation;
  }
  return out;
}

}  // namespace luthier::gp
