// SHA-256 (FIPS 180-4) of a stream of bytes, as 64 hexadecimal digits.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace luthier {

class Sha256 {
 public:
  void add(std::string_view bytes);
  std::string hex();  // once, at the end

 private:
  // What the standard calls the initial hash value.
  std::array<std::uint32_t, 8> state_ = {0x6a09e667,
                                         0xbb67ae85,
                                         0x3c6ef372,
                                         0xa54ff53a,
                                         0x510e527f,
                                         0x9b05688c,
                                         0x1f83d9ab,
                                         0x5be0cd19};
  std::array<unsigned char, 64> rest_{};  // the beginning of a block
  std::size_t rest_bytes_ = 0;
  std::uint64_t bytes_ = 0;  // in all
};

std::string sha256(std::string_view bytes);

// One step of the standard for each 64 bytes of `blocks`. On a machine that has instructions for it
// sha256_blocks() uses them; sha256_blocks_portably() is the same everywhere.
using Sha256State = std::span<std::uint32_t, 8>;
void sha256_blocks(Sha256State state, std::string_view blocks);
void sha256_blocks_portably(Sha256State state, std::string_view blocks);

}  // namespace luthier
