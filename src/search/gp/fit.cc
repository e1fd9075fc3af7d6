#include "search/gp/fit.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include <Eigen/Cholesky>

#include "search/gp/covariance.h"
#include "search/gp/descent.h"
#include "search/parzen/elementary.h"

namespace luthier::gp {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;
using parzen::exponential;
using parzen::logarithm;

// What one of the arguments, a logarithm, is like before anything is known.
struct Prior {
  double middle;
  double deviation;
  double least;
  double most;

  double penalty(double x) const {
    const double z = (x - middle) / deviation;
    return 0.5 * z * z;
  }
  double slope(double x) const { return (x - middle) / (deviation * deviation); }
};

// Measured on BBOB. A length scale of 200 says that the axis does not matter.
std::vector<Prior> priors(std::size_t axes) {
  const double longer = 0.5 * logarithm(static_cast<double>(axes));
  std::vector<Prior> out(
      axes,
      {.middle = 1 + longer, .deviation = 1, .least = logarithm(0.01), .most = logarithm(200)});
  out.push_back(
      {.middle = 0, .deviation = 2, .least = logarithm(0.01), .most = logarithm(1000)});  // v
  out.push_back(
      {.middle = -4, .deviation = 2, .least = logarithm(1e-6), .most = logarithm(2)});  // r
  out.push_back(
      {.middle = -9, .deviation = 3, .least = logarithm(1e-6), .most = logarithm(2)});  // noise
  return out;
}

constexpr double kStartScales[] = {0.2, 0.5, 1.5};  // times the square root of the number of axes
// What is not smooth may be rough or noise.
struct Rest {
  double roughness;
  double noise;
};
constexpr Rest kWithoutNoise[] = {{1e-4, 1e-4}, {0.1, 1e-4}};
constexpr Rest kWithNoise[] = {{1e-4, 0.2}};
// With less, functions with many local minima pass for noisy ones (docs/results.md).
constexpr double kBeyondDoubt = 30;
constexpr std::size_t kDescents = 2;
constexpr DescentOptions kDescent = {.first_step = 0.5, .evaluations = 50, .tolerance = 1e-3};

// The least misfit first.
std::vector<Descended> starts(const Misfit& misfit, std::size_t axes, std::span<const Rest> rests) {
  const double longer = 0.5 * logarithm(static_cast<double>(axes));
  std::vector<Descended> out;
  std::vector<double> slope(misfit.arguments());
  for (const double scale : kStartScales) {
    for (const auto& [roughness, noise] : rests) {
      std::vector<double> at(axes, logarithm(scale) + longer);
      at.insert(at.end(), {0.0, logarithm(roughness), logarithm(noise)});
      const double value = misfit(at, slope);
      out.push_back({std::move(at), value});
    }
  }
  std::ranges::stable_sort(out, {}, &Descended::value);
  return out;
}

// The least misfit that descents from the best `count` of these find.
Descended least(const Misfit& misfit,
                const std::vector<Prior>& priors,
                std::span<const Descended> from,
                std::size_t count) {
  std::vector<double> low;
  std::vector<double> high;
  for (const Prior& prior : priors) {
    low.push_back(prior.least);
    high.push_back(prior.most);
  }
  Descended best = from.front();
  for (const Descended& start : from.first(count)) {
    Descended found = descend(std::cref(misfit), start.at, low, high, kDescent);
    if (found.value < best.value) {
      best = std::move(found);
    }
  }
  return best;
}

}  // namespace

struct Misfit::Data {
  VectorXd values;
  std::vector<Distance> distances;
  std::vector<Prior> priors;
  std::vector<MatrixXd> apart;  // d between all pairs, by axis

  MatrixXd squared(std::span<const double> weights) const {
    MatrixXd out = MatrixXd::Zero(values.size(), values.size());
    for (std::size_t axis = 0; axis < apart.size(); ++axis) {
      out += apart[axis] * weights[axis];
    }
    return out;
  }
  // Adds the priors' slopes; returns their penalty.
  double add_priors(std::span<const double> at, std::vector<double>& slope) const {
    double penalty = 0;
    for (std::size_t i = 0; i < priors.size(); ++i) {
      penalty += priors[i].penalty(at[i]);
      slope[i] += priors[i].slope(at[i]);
    }
    return penalty;
  }
};

Misfit::Misfit(const Points& points,
               std::span<const double> values,
               std::vector<Distance> distances)
    : data_(std::make_unique<Data>()) {
  const auto n = static_cast<Index>(points.size());
  data_->values = Eigen::Map<const VectorXd>(values.data(), n);
  data_->priors = priors(points.axes);
  const Table table(distances, points);
  data_->distances = std::move(distances);
  std::vector<double> weights(points.axes);
  for (std::size_t axis = 0; axis < points.axes; ++axis) {
    MatrixXd& apart = data_->apart.emplace_back(n, n);
    weights[axis] = 1;
    for (Index j = 0; j < n; ++j) {
      table.squared(points[static_cast<std::size_t>(j)], weights, apart.col(j).data());
    }
    weights[axis] = 0;
  }
}
Misfit::Misfit(Misfit&&) noexcept = default;
Misfit::~Misfit() = default;

std::size_t Misfit::arguments() const {
  return data_->priors.size();
}

Kernel Misfit::kernel(std::span<const double> at) const {
  const std::size_t axes = data_->apart.size();
  Kernel out{.distances = data_->distances,
             .length_scales = {},
             .variance = exponential(at[axes]),
             .roughness = exponential(at[axes + 1]),
             .noise = exponential(at[axes + 2])};
  for (const double scale : at.first(axes)) {
    out.length_scales.push_back(exponential(scale));
  }
  return out;
}

double Misfit::operator()(std::span<const double> at, std::vector<double>& slope) const {
  const Data& d = *data_;
  const std::size_t axes = d.apart.size();
  const Kernel given = kernel(at);
  const std::vector<double> weights = weights_of(given);
  const MatrixXd squared = d.squared(weights);
  MatrixXd smooth;
  MatrixXd rough;
  matern(squared, given.variance, smooth);
  rough_matern(squared, given.roughness, rough);
  MatrixXd covariance = smooth + rough;
  covariance.diagonal().array() += given.noise;
  const Eigen::LLT<MatrixXd> factor(covariance);
  if (factor.info() != Eigen::Success) {
    return std::numeric_limits<double>::infinity();
  }
  const VectorXd solved = factor.solve(d.values);
  double value = 0.5 * d.values.dot(solved);
  for (Index i = 0; i < d.values.size(); ++i) {
    value += logarithm(factor.matrixLLT()(i, i));
  }
  // The slope along any argument: the sum of `weighing` times the covariance's slope along it.
  MatrixXd weighing = factor.solve(MatrixXd::Identity(squared.rows(), squared.rows()));
  weighing.noalias() -= solved * solved.transpose();
  weighing *= 0.5;
  slope[axes] = weighing.cwiseProduct(smooth).sum();
  slope[axes + 1] = weighing.cwiseProduct(rough).sum();
  slope[axes + 2] = weighing.trace() * given.noise;
  slope_of_both(squared, given.variance, given.roughness, smooth);
  weighing.array() *= smooth.array();
  for (std::size_t axis = 0; axis < axes; ++axis) {
    slope[axis] = weighing.cwiseProduct(d.apart[axis]).sum() * weights[axis];
  }
  return value + d.add_priors(at, slope);
}

bool Fit::is_beyond_doubt() const {
  return evidence > kBeyondDoubt;
}

Fit fit(const Points& points, std::span<const double> values, std::vector<Distance> distances) {
  const Misfit misfit(points, values, std::move(distances));
  const std::vector<Prior> given = priors(points.axes);
  const auto rough = least(misfit, given, starts(misfit, points.axes, kWithoutNoise), kDescents);
  const auto noisy = least(misfit, given, starts(misfit, points.axes, kWithNoise), 1);
  return {.rough = misfit.kernel(rough.at),
          .noisy = misfit.kernel(noisy.at),
          .evidence = rough.value - noisy.value};
}

}  // namespace luthier::gp
