// Counter-based random numbers: a draw is a pure function of (seed, stream name, number, counter),
// so the timing of workers can't change it. Philox 4x32-10 (Salmon et al., "Parallel random
// numbers: as easy as 1, 2, 3", 2011). No std::*_distribution: their output is the library's
// choice.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace luthier {

class Rng {
 public:
  // `stream` names the purpose ("space", "tpe", ...); `number` is usually a trial's number.
  Rng(std::uint64_t seed, std::string_view stream, std::uint64_t number = 0);

  std::uint64_t bits();                     // 64 uniform bits
  double uniform();                         // [0, 1), 53 bits
  double uniform(double low, double high);  // [low, high)
  std::uint64_t below(std::uint64_t n);     // 0 .. n-1 without bias; n >= 1
  double normal();                          // mean 0, standard deviation 1

 private:
  std::array<std::uint32_t, 2> key_;
  std::array<std::uint32_t, 4> counter_;
  std::array<std::uint32_t, 4> block_{};
  int left_ = 0;  // unused words of block_
};

}  // namespace luthier
