#include "search/cmaes/evolution.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include <Eigen/Dense>

#include "base/check.h"
#include "search/cmaes/learning_rate.h"
#include "search/cmaes/rates.h"

namespace luthier::cmaes {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

// Section B.3 of the tutorial.
constexpr double kMostCondition = 1e14;
constexpr double kLeastSpread = 1e-12;  // of the initial step size
constexpr double kMostSpread = 1e4;     // of the initial step size

constexpr double kLeastLength = 1e-150;  // of an axis, where one divides by it

VectorXd to_vector(std::span<const double> values) {
  return Eigen::Map<const VectorXd>(values.data(), static_cast<Index>(values.size()));
}

// With fewer valid points than parents, those share the parents' weight.
std::vector<double> weights_for(const Rates& rates, std::size_t valid) {
  std::vector<double> weights = rates.weights;
  double kept = 0;
  for (std::size_t i = 0; i < std::min(valid, rates.parents); ++i) {
    kept += weights[i];
  }
  for (std::size_t i = 0; i < rates.parents; ++i) {
    weights[i] = i < valid ? weights[i] / kept : 0;
  }
  return weights;
}

}  // namespace

struct Evolution::State {
  EvolutionOptions options;
  Rates rates;
  std::int64_t generation = 0;
  double sigma = 0;
  VectorXd mean;
  MatrixXd covariance;  // one column of variances when separable
  VectorXd path;
  VectorXd sigma_path;
  // The decomposition that draws come from; older than the covariance by some updates.
  MatrixXd directions;          // eigenvectors; empty when separable
  VectorXd lengths;             // roots of the eigenvalues
  MatrixXd root;                // directions times lengths; empty when separable
  std::int64_t decomposed = 0;  // generation
  LearningRate mean_rate{0.1};
  LearningRate covariance_rate{0.03};

  State(std::span<const double> start, const EvolutionOptions& given)
      : options(given),
        rates(rates_for(start.size(), given.population, given.separable)),
        sigma(given.sigma),
        mean(to_vector(start)),
        path(VectorXd::Zero(mean.size())),
        sigma_path(VectorXd::Zero(mean.size())) {
    covariance = given.separable ? MatrixXd(VectorXd::Ones(mean.size()))
                                 : MatrixXd(MatrixXd::Identity(mean.size(), mean.size()));
    decompose();
  }

  double variance(Index axis) const {
    return std::max(0.0, options.separable ? covariance(axis, 0) : covariance(axis, axis));
  }

  void decompose() {
    decomposed = generation;
    if (options.separable) {
      lengths = covariance.col(0).cwiseMax(0).cwiseSqrt();
      return;
    }
    const Eigen::SelfAdjointEigenSolver<MatrixXd> solver(covariance);
    directions = solver.eigenvectors();
    lengths = solver.eigenvalues().cwiseMax(0).cwiseSqrt();
    root = directions * lengths.asDiagonal();
  }

  // Rarely enough that it costs no more than the rest (tutorial, section B.2).
  void decompose_if_due() {
    const double gap =
        1 / (10 * static_cast<double>(mean.size()) * (rates.rank_one + rates.rank_mu));
    if (static_cast<double>(generation - decomposed) >= std::floor(gap)) {
      decompose();
    }
  }

  // A step of an ordinary length in every direction the same: C^(-1/2) y.
  VectorXd whitened(const VectorXd& step) const {
    const VectorXd floor = lengths.cwiseMax(kLeastLength);
    if (options.separable) {
      return step.cwiseQuotient(floor);
    }
    return directions * (directions.transpose() * step).cwiseQuotient(floor);
  }

  MatrixXd steps_of(std::span<const RankedPoint> ranked) const {
    const auto n = static_cast<double>(mean.size());
    const double longest = std::sqrt(n) + 2 * n / (n + 2);
    MatrixXd steps(mean.size(), static_cast<Index>(ranked.size()));
    for (std::size_t i = 0; i < ranked.size(); ++i) {
      VectorXd step = (to_vector(ranked[i].point) - mean) / sigma;
      const double length = ranked[i].foreign ? whitened(step).norm() : 0;
      steps.col(static_cast<Index>(i)) =
          length > longest ? VectorXd(step * (longest / length)) : step;
    }
    return steps;
  }

  // C^(-1/2) from both sides of a symmetric matrix; of a diagonal, its column.
  MatrixXd whitened_twice(const MatrixXd& matrix) const {
    const VectorXd inverse = lengths.cwiseMax(kLeastLength).cwiseInverse();
    if (options.separable) {
      return matrix.cwiseProduct(inverse.cwiseAbs2());
    }
    const MatrixXd both = directions * inverse.asDiagonal() * directions.transpose();
    return both * matrix * both;
  }

  // Equation 47, rank-mu and rank-one update in one.
  void learn_covariance(const MatrixXd& steps, const std::vector<double>& weights, bool stalled) {
    const double lost = stalled ? rates.path * (2 - rates.path) : 0;
    const auto n = static_cast<double>(mean.size());
    double total = 0;
    VectorXd scaled(steps.cols());
    for (Index i = 0; i < steps.cols(); ++i) {
      const double weight = weights[static_cast<std::size_t>(i)];
      total += weight;
      const double square = weight < 0 ? whitened(steps.col(i)).squaredNorm() : 0;
      scaled[i] = rates.rank_mu * (weight < 0 ? weight * n / std::max(square, 1e-300) : weight);
    }
    const double kept = 1 + rates.rank_one * lost - rates.rank_one - rates.rank_mu * total;
    if (options.separable) {
      covariance.col(0) =
          kept * covariance.col(0) + rates.rank_one * path.cwiseAbs2() + steps.cwiseAbs2() * scaled;
      return;
    }
    covariance = kept * covariance + rates.rank_one * path * path.transpose() +
                 steps * scaled.asDiagonal() * steps.transpose();
    covariance = (covariance + covariance.transpose().eval()) / 2;
  }

  // Goes back from what the update gave, to a part of the way (Nomura et al., 2023).
  void take_part_of_the_step(const VectorXd& old_mean,
                             double old_sigma,
                             const MatrixXd& old_covariance) {
    const VectorXd step = mean - old_mean;
    const MatrixXd widening = sigma * sigma * covariance - old_sigma * old_sigma * old_covariance;
    const VectorXd local_step = whitened(step) / old_sigma;
    const MatrixXd local_widening =
        whitened_twice(widening) / (std::numbers::sqrt2 * old_sigma * old_sigma);
    const double before = mean_rate.value();
    mean_rate.observe({local_step.data(), static_cast<std::size_t>(local_step.size())});
    covariance_rate.observe(
        {local_widening.data(), static_cast<std::size_t>(local_widening.size())});
    mean = old_mean + mean_rate.value() * step;
    covariance = old_sigma * old_sigma * old_covariance + covariance_rate.value() * widening;
    decompose();
    const double log_scale = lengths.cwiseMax(kLeastLength).array().log().mean();
    sigma = std::exp(log_scale);
    covariance /= sigma * sigma;
    lengths /= sigma;
    root /= sigma;
    sigma *= before / mean_rate.value();
  }

  void update(std::span<const RankedPoint> ranked, std::size_t valid) {
    const std::vector<double> weights = weights_for(rates, valid);
    const MatrixXd steps = steps_of(ranked);
    VectorXd step = VectorXd::Zero(mean.size());
    for (std::size_t i = 0; i < rates.parents; ++i) {
      step += weights[i] * steps.col(static_cast<Index>(i));
    }
    ++generation;
    mean += sigma * step;
    const double mu = effective_parents(weights);
    const double c = rates.sigma_path;
    sigma_path = (1 - c) * sigma_path + std::sqrt(c * (2 - c) * mu) * whitened(step);
    const double length = sigma_path.norm() / rates.expected_length;
    const double begun = std::sqrt(1 - std::pow(1 - c, 2 * static_cast<double>(generation)));
    const bool stalled = length / begun >= 1.4 + 2 / (static_cast<double>(mean.size()) + 1);
    path *= 1 - rates.path;
    if (!stalled) {
      path += std::sqrt(rates.path * (2 - rates.path) * mu) * step;
    }
    learn_covariance(steps, weights, stalled);
    sigma *= std::exp(c / rates.sigma_damping * (length - 1));
  }
};

Evolution::Evolution(std::span<const double> mean, const EvolutionOptions& options)
    : state_(std::make_unique<State>(mean, options)) {}
Evolution::Evolution(Evolution&&) noexcept = default;
Evolution& Evolution::operator=(Evolution&&) noexcept = default;
Evolution::~Evolution() = default;

std::size_t Evolution::population() const {
  return state_->options.population;
}
std::int64_t Evolution::generation() const {
  return state_->generation;
}
double Evolution::sigma() const {
  return state_->sigma;
}
std::vector<double> Evolution::mean() const {
  return {state_->mean.begin(), state_->mean.end()};
}
double Evolution::deviation(std::size_t axis) const {
  return state_->sigma * std::sqrt(state_->variance(static_cast<Index>(axis)));
}
std::vector<double> Evolution::parent_weights(std::size_t valid) const {
  std::vector<double> weights = weights_for(state_->rates, valid);
  weights.resize(std::min(valid, state_->rates.parents));
  return weights;
}
void Evolution::set_mean(std::size_t axis, double value) {
  state_->mean[static_cast<Index>(axis)] = value;
}

std::vector<double> Evolution::covariance() const {
  const MatrixXd full = state_->options.separable ? MatrixXd(state_->covariance.col(0).asDiagonal())
                                                  : state_->covariance;
  return {full.reshaped().begin(), full.reshaped().end()};  // symmetric
}

std::vector<double> Evolution::draw(Rng& rng) const {
  const State& s = *state_;
  VectorXd normal(s.mean.size());
  for (double& number : normal) {
    number = rng.normal();
  }
  const VectorXd step =
      s.options.separable ? VectorXd(s.lengths.cwiseProduct(normal)) : VectorXd(s.root * normal);
  const VectorXd point = s.mean + s.sigma * step;
  return {point.begin(), point.end()};
}

void Evolution::update(std::span<const RankedPoint> ranked) {
  LUTHIER_CHECK(ranked.size() == population(), "a generation is a population");
  const auto valid = std::ranges::count_if(ranked, &RankedPoint::valid);
  LUTHIER_CHECK(valid > 0, "nothing to learn from");
  State& s = *state_;
  if (!s.options.adapt_learning_rate) {
    s.update(ranked, static_cast<std::size_t>(valid));
    return s.decompose_if_due();
  }
  const VectorXd mean_before = s.mean;
  const MatrixXd covariance_before = s.covariance;
  const double sigma_before = s.sigma;
  s.update(ranked, static_cast<std::size_t>(valid));
  s.take_part_of_the_step(mean_before, sigma_before, covariance_before);
}

bool Evolution::is_exhausted() const {
  const State& s = *state_;
  const double longest = s.lengths.maxCoeff();
  const double shortest = s.lengths.minCoeff();
  const double spread = s.sigma * longest / s.options.sigma;
  const bool in_range = spread >= kLeastSpread && spread <= kMostSpread;  // and no NaN
  return !in_range || longest * longest > kMostCondition * shortest * shortest;
}

}  // namespace luthier::cmaes
