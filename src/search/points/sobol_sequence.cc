#include "search/points/sobol_sequence.h"

#include <algorithm>
#include <bit>

#include <boost/random/sobol.hpp>

namespace luthier {
namespace {

std::uint32_t reversed(std::uint32_t x) {
  x = ((x >> 1) & 0x55555555U) | ((x & 0x55555555U) << 1);
  x = ((x >> 2) & 0x33333333U) | ((x & 0x33333333U) << 2);
  x = ((x >> 4) & 0x0f0f0f0fU) | ((x & 0x0f0f0f0fU) << 4);
  x = ((x >> 8) & 0x00ff00ffU) | ((x & 0x00ff00ffU) << 8);
  return std::rotl(x, 16);
}

// Each bit is flipped depending on the bits above it only: Owen's nested scrambling (the constants
// are Laine and Karras's, 2011).
std::uint32_t scrambled(std::uint32_t x, std::uint32_t seed) {
  x = reversed(x) + seed;
  x ^= x * 0x6c50b47cU;
  x ^= x * 0xb82f1e52U;
  x ^= x * 0xc7afe638U;
  x ^= x * 0x8d22f6e6U;
  return reversed(x);
}

std::uint32_t seed_of(std::uint64_t seed, std::size_t dimension) {
  std::uint64_t x = seed + (dimension + 1) * 0x9e3779b97f4a7c15U;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
  return static_cast<std::uint32_t>((x ^ (x >> 31)) >> 32);
}

}  // namespace

SobolSequence::SobolSequence(std::size_t dimensions) : dimensions_(dimensions) {
  const std::size_t distinct = std::min(dimensions, kMostDimensions);
  if (distinct == 0) {
    return;
  }
  directions_.resize(distinct * kBits);
  boost::random::sobol_engine<std::uint32_t, kBits> engine(distinct);
  std::vector<std::uint32_t> before(distinct);
  for (std::size_t bit = 0; bit < kBits; ++bit) {
    // In Gray-code order, points 2^k - 1 and 2^k differ by direction k. The engine leaves out
    // point 0, the origin.
    const std::uint32_t at = std::uint32_t{1} << bit;
    std::ranges::fill(before, 0U);
    if (bit > 0) {
      engine.seed(at - 2);
      std::ranges::generate(before, std::ref(engine));
    } else {
      engine.seed(0U);
    }
    for (std::size_t d = 0; d < distinct; ++d) {
      directions_[d * kBits + bit] = before[d] ^ engine();
    }
  }
}

std::vector<double> SobolSequence::point(std::uint64_t index, std::uint64_t seed) const {
  std::vector<double> out(dimensions_);
  for (std::size_t d = 0; d < dimensions_; ++d) {
    const std::size_t column = d % kMostDimensions * kBits;
    std::uint32_t x = 0;
    for (std::size_t bit = 0; bit < kBits; ++bit) {
      x ^= (index >> bit & 1U) != 0 ? directions_[column + bit] : 0;
    }
    out[d] = (static_cast<double>(scrambled(x, seed_of(seed, d))) + 0.5) * 0x1p-32;
  }
  return out;
}

}  // namespace luthier
