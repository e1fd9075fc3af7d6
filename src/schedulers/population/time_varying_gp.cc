#include "schedulers/population/time_varying_gp.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <Eigen/Dense>

#include "base/check.h"

namespace luthier {
namespace {

constexpr double kLengthScales[] = {0.1, 0.2, 0.4, 0.8, 1.6};
constexpr double kForgetting[] = {0.0, 0.1, 0.4};
constexpr double kNoises[] = {0.01, 0.1, 1.0};

struct Standardised {
  double offset = 0;
  double spread = 1;
  Eigen::VectorXd values;
};

Standardised standardise(std::span<const DriftingObservation> observations) {
  Standardised out;
  out.values.resize(static_cast<Eigen::Index>(observations.size()));
  for (std::size_t i = 0; i < observations.size(); ++i) {
    out.values[static_cast<Eigen::Index>(i)] = observations[i].value;
  }
  out.offset = out.values.mean();
  out.values.array() -= out.offset;
  const double spread =
      std::sqrt(out.values.squaredNorm() / static_cast<double>(observations.size()));
  out.spread = spread > 0 ? spread : 1;
  out.values /= out.spread;
  return out;
}

// Of what a kernel is a function of, for all pairs of points.
struct Pairs {
  Eigen::MatrixXd squared_distances;
  Eigen::MatrixXd time_apart;

  explicit Pairs(std::span<const DriftingObservation> observations) {
    const auto n = static_cast<Eigen::Index>(observations.size());
    squared_distances.resize(n, n);
    time_apart.resize(n, n);
    for (Eigen::Index i = 0; i < n; ++i) {
      for (Eigen::Index j = 0; j < n; ++j) {
        const DriftingPoint& a = observations[static_cast<std::size_t>(i)].at;
        const DriftingPoint& b = observations[static_cast<std::size_t>(j)].at;
        double squares = 0;
        for (std::size_t k = 0; k < a.x.size(); ++k) {
          squares += (a.x[k] - b.x[k]) * (a.x[k] - b.x[k]);
        }
        squared_distances(i, j) = squares;
        time_apart(i, j) = std::abs(a.time - b.time);
      }
    }
  }

  Eigen::MatrixXd covariance(const DriftingKernel& k) const {
    Eigen::MatrixXd matrix =
        (squared_distances.array() * (-0.5 / (k.length_scale * k.length_scale)) +
         time_apart.array() * (std::log(1 - k.forgetting) / 2))
            .exp();
    matrix.diagonal().array() += k.noise;
    return matrix;
  }
};

// Up to a constant, the logarithm of the likelihood with the best scale of the signal.
double profile_likelihood(const Eigen::MatrixXd& covariance, const Eigen::VectorXd& values) {
  const Eigen::LLT<Eigen::MatrixXd> factor(covariance);
  const Eigen::VectorXd half = factor.matrixL().solve(values);
  const auto n = static_cast<double>(values.size());
  const double variance = std::max(half.squaredNorm() / n, 1e-12);
  const double log_determinant = 2 * factor.matrixLLT().diagonal().array().log().sum();
  return -(n * std::log(variance) + log_determinant) / 2;
}

}  // namespace

double DriftingKernel::operator()(const DriftingPoint& a, const DriftingPoint& b) const {
  double squares = 0;
  for (std::size_t i = 0; i < a.x.size(); ++i) {
    squares += (a.x[i] - b.x[i]) * (a.x[i] - b.x[i]);
  }
  return std::exp(-squares / (2 * length_scale * length_scale) +
                  std::log(1 - forgetting) * std::abs(a.time - b.time) / 2);
}

DriftingKernel fit_kernel(std::span<const DriftingObservation> observations) {
  LUTHIER_CHECK(observations.size() >= 2, "a model of fewer than two observations");
  const Standardised data = standardise(observations);
  const Pairs pairs(observations);
  DriftingKernel best;
  double most = -std::numeric_limits<double>::infinity();
  for (const double length_scale : kLengthScales) {
    for (const double forgetting : kForgetting) {
      for (const double noise : kNoises) {
        const DriftingKernel kernel{length_scale, forgetting, noise};
        const double likelihood = profile_likelihood(pairs.covariance(kernel), data.values);
        if (likelihood > most) {
          most = likelihood;
          best = kernel;
        }
      }
    }
  }
  return best;
}

struct TimeVaryingGp::State {
  DriftingKernel kernel;
  Standardised data;
  std::vector<DriftingPoint> points;  // observed, then imagined
  double scale = 1;                   // variance of the signal
  Eigen::LLT<Eigen::MatrixXd> factor;
  Eigen::VectorXd weights;  // of the observed points

  void factorise() {
    const auto n = static_cast<Eigen::Index>(points.size());
    Eigen::MatrixXd matrix(n, n);
    for (Eigen::Index i = 0; i < n; ++i) {
      for (Eigen::Index j = 0; j <= i; ++j) {
        matrix(i, j) = matrix(j, i) =
            kernel(points[static_cast<std::size_t>(i)], points[static_cast<std::size_t>(j)]);
      }
      matrix(i, i) += kernel.noise;
    }
    factor.compute(matrix);
  }
};

TimeVaryingGp::TimeVaryingGp(std::span<const DriftingObservation> observations,
                             const DriftingKernel& kernel)
    : state_(std::make_unique<State>()) {
  State& s = *state_;
  LUTHIER_CHECK(!observations.empty(), "a model of nothing");
  s.kernel = kernel;
  s.data = standardise(observations);
  for (const DriftingObservation& observation : observations) {
    s.points.push_back(observation.at);
  }
  s.factorise();
  const Eigen::VectorXd half = s.factor.matrixL().solve(s.data.values);
  s.scale = std::max(half.squaredNorm() / static_cast<double>(observations.size()), 1e-12);
  s.weights = s.factor.solve(s.data.values);
}
TimeVaryingGp::TimeVaryingGp(TimeVaryingGp&&) noexcept = default;
TimeVaryingGp::~TimeVaryingGp() = default;

void TimeVaryingGp::imagine(std::span<const DriftingPoint> points) {
  state_->points.insert(state_->points.end(), points.begin(), points.end());
  state_->factorise();
}

TimeVaryingGp::Prediction TimeVaryingGp::predict(const DriftingPoint& point) const {
  const State& s = *state_;
  Eigen::VectorXd column(static_cast<Eigen::Index>(s.points.size()));
  for (std::size_t i = 0; i < s.points.size(); ++i) {
    column[static_cast<Eigen::Index>(i)] = s.kernel(point, s.points[i]);
  }
  const double mean = column.head(s.weights.size()).dot(s.weights);
  const Eigen::VectorXd half = s.factor.matrixL().solve(column);
  const double variance = std::max(1 - half.squaredNorm(), 0.0) * s.scale;
  return {s.data.offset + s.data.spread * mean, s.data.spread * std::sqrt(variance)};
}

}  // namespace luthier
