// A permutation of 64-bit numbers that spreads close ones (Steele et al., "Fast splittable
// pseudorandom number generators", 2014).
#pragma once

#include <cstdint>

namespace luthier {

inline std::uint64_t mix(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15U;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
  return x ^ (x >> 31);
}

}  // namespace luthier
