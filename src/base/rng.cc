#include "luthier/rng.h"

#include <cmath>
#include <numbers>

namespace luthier {
namespace {

// FNV-1a, 64 bits, with a final mix: only to spread stream names over keys.
std::uint64_t hash_stream(std::uint64_t seed, std::string_view stream) {
  std::uint64_t hash = 0xcbf29ce484222325U ^ seed;
  for (const char c : stream) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  }
  hash = (hash ^ (hash >> 30)) * 0xbf58476d1ce4e5b9U;
  hash = (hash ^ (hash >> 27)) * 0x94d049bb133111ebU;
  return (hash ^ (hash >> 31)) ^ (seed * 0x9e3779b97f4a7c15U);
}

std::uint32_t low(std::uint64_t x) {
  return static_cast<std::uint32_t>(x);
}
std::uint32_t high(std::uint64_t x) {
  return static_cast<std::uint32_t>(x >> 32);
}

std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> x,
                                    std::array<std::uint32_t, 2> key) {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t a = std::uint64_t{0xD2511F53} * x[0];
    const std::uint64_t b = std::uint64_t{0xCD9E8D57} * x[2];
    x = {high(b) ^ x[1] ^ key[0], low(b), high(a) ^ x[3] ^ key[1], low(a)};
    key[0] += 0x9E3779B9;
    key[1] += 0xBB67AE85;
  }
  return x;
}

}  // namespace

Rng::Rng(std::uint64_t seed, std::string_view stream, std::uint64_t number) {
  const std::uint64_t key = hash_stream(seed, stream);
  key_ = {low(key), high(key)};
  counter_ = {0, 0, low(number), high(number)};
}

std::uint64_t Rng::bits() {
  if (left_ == 0) {
    block_ = philox(counter_, key_);
    left_ = 4;
    if (++counter_[0] == 0) {
      ++counter_[1];
    }
  }
  const std::uint64_t first = block_[static_cast<std::size_t>(4 - left_)];
  const std::uint64_t second = block_[static_cast<std::size_t>(5 - left_)];
  left_ -= 2;
  return (first << 32) | second;
}

double Rng::uniform() {
  return static_cast<double>(bits() >> 11) * 0x1.0p-53;
}

double Rng::uniform(double low, double high) {
  return low + (high - low) * uniform();
}

std::uint64_t Rng::below(std::uint64_t n) {
  const std::uint64_t limit = n * (UINT64_MAX / n);  // the multiples of n that fit
  std::uint64_t draw = bits();
  while (draw >= limit) {
    draw = bits();
  }
  return draw % n;
}

double Rng::normal() {
  // Box and Muller, the cosine half: two draws for each number, so that counters stay simple.
  const double radius = std::sqrt(-2.0 * std::log(1.0 - uniform()));
  return radius * std::cos(2.0 * std::numbers::pi * uniform());
}

}  // namespace luthier
