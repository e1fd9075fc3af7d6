#include "base/sha256.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include <cpuid.h>
#include <immintrin.h>

namespace luthier {
namespace {

constexpr std::size_t kBlock = 64;

// The first 32 bits of the fractional parts of the cube roots of the first 64 primes.
alignas(16) constexpr std::array<std::uint32_t, 64> kRound = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

std::uint32_t big_endian(const char* bytes) {
  std::uint32_t word = 0;
  std::memcpy(&word, bytes, sizeof word);
  return __builtin_bswap32(word);
}

// The functions that the standard writes as sigma.
template <int kFirst, int kSecond, int kThird>
std::uint32_t rotations(std::uint32_t x) {
  return std::rotr(x, kFirst) ^ std::rotr(x, kSecond) ^ std::rotr(x, kThird);
}
template <int kFirst, int kSecond, int kThird>
std::uint32_t rotations_and_shift(std::uint32_t x) {
  return std::rotr(x, kFirst) ^ std::rotr(x, kSecond) ^ (x >> kThird);
}

// The next 16 words of the message schedule, each in the place of the one 16 before it.
void advance(std::array<std::uint32_t, 16>& words) {
#pragma GCC unroll 16
  for (std::size_t t = 0; t < 16; ++t) {
    words[t] += rotations_and_shift<7, 18, 3>(words[(t + 1) % 16]) + words[(t + 9) % 16] +
                rotations_and_shift<17, 19, 10>(words[(t + 14) % 16]);
  }
}

void block_portably(Sha256State state, const char* block) {
  std::array<std::uint32_t, 16> words;
  for (std::size_t t = 0; t < 16; ++t) {
    words[t] = big_endian(block + 4 * t);
  }
  auto [a, b, c, d, e, f, g, h] =
      std::array{state[0], state[1], state[2], state[3], state[4], state[5], state[6], state[7]};
  for (std::size_t sixteen = 0; sixteen < 64; sixteen += 16) {
    if (sixteen > 0) {
      advance(words);
    }
#pragma GCC unroll 16
    for (std::size_t t = 0; t < 16; ++t) {
      const std::uint32_t chosen = g ^ (e & (f ^ g));
      const std::uint32_t majority = (a & b) | (c & (a | b));
      const std::uint32_t first =
          h + rotations<6, 11, 25>(e) + chosen + kRound[sixteen + t] + words[t];
      const std::uint32_t second = rotations<2, 13, 22>(a) + majority;
      h = g, g = f, f = e, e = d + first;
      d = c, c = b, b = a, a = first + second;
    }
  }
  const std::array sum = {a, b, c, d, e, f, g, h};
  for (std::size_t i = 0; i < 8; ++i) {
    state[i] += sum[i];
  }
}

// The instructions keep the state as (a, b, e, f) and (c, d, g, h), highest first, and do two
// rounds at a time; four words of the schedule are made at once.
[[gnu::target("sha,sse4.1")]] void blocks_by_instruction(Sha256State state,
                                                         std::string_view blocks) {
  const auto load = [](const void* from) __attribute__((target("sha,sse4.1"))) {
    return _mm_loadu_si128(static_cast<const __m128i*>(from));
  };
  const __m128i big_endian_words = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
  const auto [a, b, c, d, e, f, g, h] =
      std::array{state[0], state[1], state[2], state[3], state[4], state[5], state[6], state[7]};
  __m128i abef = load(std::array{f, e, b, a}.data());
  __m128i cdgh = load(std::array{h, g, d, c}.data());
  for (; !blocks.empty(); blocks.remove_prefix(kBlock)) {
    const __m128i abef_before = abef, cdgh_before = cdgh;
    __m128i words[4];
#pragma GCC unroll 16
    for (std::size_t four = 0; four < 16; ++four) {
      __m128i& made = words[four % 4];
      if (four < 4) {
        made = _mm_shuffle_epi8(load(blocks.data() + 16 * four), big_endian_words);
      } else {
        const __m128i last = words[(four + 3) % 4];
        made = _mm_sha256msg1_epu32(made, words[(four + 1) % 4]);
        made = _mm_add_epi32(made, _mm_alignr_epi8(last, words[(four + 2) % 4], 4));
        made = _mm_sha256msg2_epu32(made, last);
      }
      const __m128i added = _mm_add_epi32(made, load(&kRound[4 * four]));
      cdgh = _mm_sha256rnds2_epu32(cdgh, abef, added);
      abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(added, 0x0e));
    }
    abef = _mm_add_epi32(abef, abef_before);
    cdgh = _mm_add_epi32(cdgh, cdgh_before);
  }
  alignas(16) std::array<std::uint32_t, 8> sum;  // f, e, b, a, h, g, d, c
  _mm_store_si128(reinterpret_cast<__m128i*>(sum.data()), abef);
  _mm_store_si128(reinterpret_cast<__m128i*>(sum.data() + 4), cdgh);
  constexpr std::array<std::size_t, 8> kPlaces = {5, 4, 1, 0, 7, 6, 3, 2};
  for (std::size_t i = 0; i < 8; ++i) {
    state[kPlaces[i]] = sum[i];
  }
}

// Not __builtin_cpu_supports: not every compiler knows "sha" there.
bool has_instructions() {
  unsigned a = 0, b = 0, c = 0, d = 0;
  return __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 && (b & bit_SHA) != 0 &&
         __get_cpuid(1, &a, &b, &c, &d) != 0 && (c & bit_SSE4_1) != 0;
}

}  // namespace

void sha256_blocks_portably(Sha256State state, std::string_view blocks) {
  for (; !blocks.empty(); blocks.remove_prefix(kBlock)) {
    block_portably(state, blocks.data());
  }
}

void sha256_blocks(Sha256State state, std::string_view blocks) {
  static const bool kHasInstructions = has_instructions();
  kHasInstructions ? blocks_by_instruction(state, blocks) : sha256_blocks_portably(state, blocks);
}

void Sha256::add(std::string_view bytes) {
  bytes_ += bytes.size();
  if (rest_bytes_ > 0) {
    const std::size_t taken = std::min(kBlock - rest_bytes_, bytes.size());
    std::ranges::copy(bytes.substr(0, taken), &rest_[rest_bytes_]);
    rest_bytes_ += taken;
    bytes.remove_prefix(taken);
    if (rest_bytes_ < kBlock) {
      return;
    }
    sha256_blocks(state_, {reinterpret_cast<const char*>(rest_.data()), kBlock});
  }
  const std::size_t whole = bytes.size() / kBlock * kBlock;
  sha256_blocks(state_, bytes.substr(0, whole));
  std::ranges::copy(bytes.substr(whole), rest_.begin());
  rest_bytes_ = bytes.size() - whole;
}

// Then a bit, zeros, and the number of bits in the last 8 bytes of a block.
std::string Sha256::hex() {
  const std::uint64_t bits = __builtin_bswap64(8 * bytes_);
  std::string end(1 + (2 * kBlock - 9 - rest_bytes_) % kBlock, '\0');
  end.front() = '\x80';
  end.append(reinterpret_cast<const char*>(&bits), sizeof bits);
  add(end);
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const std::uint32_t word : state_) {
    for (int shift = 28; shift >= 0; shift -= 4) {
      text += kDigits[(word >> shift) & 15];
    }
  }
  return text;
}

std::string sha256(std::string_view bytes) {
  Sha256 sum;
  sum.add(bytes);
  return sum.hex();
}

}  // namespace luthier
