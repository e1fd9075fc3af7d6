// Halton's low-discrepancy points: the digits of the index in a prime base for each dimension, in
// reverse. Each digit of each dimension has a random permutation of its own, as in Owen, "A
// randomized Halton algorithm in R", 2017, but a linear one (Matousek, "On the L2-discrepancy for
// anchored boxes", 1998), so that no tables are kept.
#pragma once

#include <cstdint>
#include <vector>

namespace luthier {

class HaltonSequence {
 public:
  explicit HaltonSequence(std::size_t dimensions);

  // Point number `index` of the sequence scrambled with `seed`; in [0, 1).
  std::vector<double> point(std::uint64_t index, std::uint64_t seed) const;

 private:
  std::vector<std::uint64_t> primes_;  // by dimension
};

}  // namespace luthier
