#include "search/cmaes/rates.h"

#include <algorithm>
#include <cmath>

namespace luthier::cmaes {
namespace {

// Sums over the weights of one sign.
struct Sums {
  double plain = 0;
  double squares = 0;
  double effective() const { return squares > 0 ? plain * plain / squares : 0; }
};

Sums sums_of(const std::vector<double>& weights, bool positive) {
  Sums sums;
  for (const double weight : weights) {
    if (weight != 0 && (weight > 0) == positive) {
      sums.plain += std::abs(weight);
      sums.squares += weight * weight;
    }
  }
  return sums;
}

// Equations 49 to 53.
void finish_weights(Rates& rates, double n, double effective) {
  const Sums positive = sums_of(rates.weights, true);
  const Sums negative = sums_of(rates.weights, false);
  const double most_negative =
      std::min({1 + rates.rank_one / rates.rank_mu,
                1 + 2 * negative.effective() / (effective + 2),
                (1 - rates.rank_one - rates.rank_mu) / (n * rates.rank_mu)});
  for (double& weight : rates.weights) {
    weight *= weight > 0 ? 1 / positive.plain : most_negative / negative.plain;
  }
}

}  // namespace

std::size_t default_population(std::size_t dimensions) {
  return 4 + static_cast<std::size_t>(std::floor(3 * std::log(static_cast<double>(dimensions))));
}

double effective_parents(const std::vector<double>& weights) {
  return sums_of(weights, true).effective();
}

Rates rates_for(std::size_t dimensions, std::size_t population, bool separable) {
  const auto n = static_cast<double>(dimensions);
  Rates rates;
  for (std::size_t i = 0; i < population; ++i) {
    const double half = (static_cast<double>(population) + 1) / 2;
    rates.weights.push_back(std::log(half) - std::log(static_cast<double>(i) + 1));
    rates.parents += rates.weights.back() > 0 ? 1 : 0;
  }
  const double mu = effective_parents(rates.weights);
  const double faster = separable ? (n + 2) / 3 : 1;
  rates.rank_one = faster * 2 / ((n + 1.3) * (n + 1.3) + mu);
  rates.rank_mu = std::min(1 - rates.rank_one,
                           faster * 2 * (0.25 + mu + 1 / mu - 2) / ((n + 2) * (n + 2) + mu));
  rates.path = (4 + mu / n) / (n + 4 + 2 * mu / n);
  rates.sigma_path = (mu + 2) / (n + mu + 5);
  rates.sigma_damping = 1 + 2 * std::max(0.0, std::sqrt((mu - 1) / (n + 1)) - 1) + rates.sigma_path;
  rates.expected_length = std::sqrt(n) * (1 - 1 / (4 * n) + 1 / (21 * n * n));
  finish_weights(rates, n, mu);
  return rates;
}

}  // namespace luthier::cmaes
