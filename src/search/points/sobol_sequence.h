// Sobol's low-discrepancy points, scrambled: the direction numbers of Joe and Kuo ("Constructing
// Sobol sequences with better two-dimensional projections", 2008, from Boost.Random) and a hash for
// Owen's nested uniform scrambling, as in Burley, "Practical hash-based Owen scrambling", 2020.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace luthier {

class SobolSequence {
 public:
  static constexpr std::size_t kMostDimensions = 3667;

  // Beyond kMostDimensions, dimensions use the first ones' directions with another scrambling.
  explicit SobolSequence(std::size_t dimensions);

  // Point number `index` (below 2^32) of the sequence scrambled with `seed`; in [0, 1).
  std::vector<double> point(std::uint64_t index, std::uint64_t seed) const;

 private:
  static constexpr std::size_t kBits = 32;
  std::size_t dimensions_;
  std::vector<std::uint32_t> directions_;  // dimension after dimension, kBits each
};

}  // namespace luthier
