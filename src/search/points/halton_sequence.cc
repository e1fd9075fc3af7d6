#include "search/points/halton_sequence.h"

#include <algorithm>

#include "search/points/mixing.h"

namespace luthier {

HaltonSequence::HaltonSequence(std::size_t dimensions) {
  for (std::uint64_t candidate = 2; primes_.size() < dimensions; ++candidate) {
    if (std::ranges::none_of(primes_, [&](std::uint64_t p) { return candidate % p == 0; })) {
      primes_.push_back(candidate);
    }
  }
}

std::vector<double> HaltonSequence::point(std::uint64_t index, std::uint64_t seed) const {
  std::vector<double> out;
  for (const std::uint64_t base : primes_) {
    const auto size = static_cast<double>(base);
    std::uint64_t random = mix(seed ^ mix(base));
    std::uint64_t left = index;
    double x = 0;
    // Digits after the index's own are zeros, permuted as well.
    double unit = 1 / size;
    while (unit > 0x1p-53) {
      random = mix(random);
      const std::uint64_t factor = 1 + random % (base - 1);
      random = mix(random);
      x += unit * static_cast<double>((left % base * factor + random % base) % base);
      left /= base;
      unit /= size;
    }
    out.push_back(std::min(x, 0x1.fffffffffffffp-1));
  }
  return out;
}

}  // namespace luthier
