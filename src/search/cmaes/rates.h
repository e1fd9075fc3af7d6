// The constants of an evolution strategy: Hansen, "The CMA evolution strategy: a tutorial", 2016
// (arXiv 1604.00772), table 1; for a diagonal covariance the learning rates of Ros and Hansen, "A
// simple modification in CMA-ES achieving linear time and space complexity", 2008.
#pragma once

#include <cstddef>
#include <vector>

namespace luthier::cmaes {

struct Rates {
  std::vector<double> weights;  // by rank, best first: the positive ones sum to 1, then negative
  std::size_t parents = 0;      // how many weights are positive
  double rank_one = 0;          // c_1
  double rank_mu = 0;           // c_mu
  double path = 0;              // c_c
  double sigma_path = 0;        // c_sigma
  double sigma_damping = 0;     // d_sigma
  double expected_length = 0;   // of a standard normal vector
};

// 4 + floor(3 log n): table 1's default.
std::size_t default_population(std::size_t dimensions);

// Preconditions: dimensions >= 1, population >= 2.
Rates rates_for(std::size_t dimensions, std::size_t population, bool separable);

// The variance-effective number of the positive weights.
double effective_parents(const std::vector<double>& weights);

}  // namespace luthier::cmaes
