// exp, log and the normal distribution from additions, multiplications, divisions and square roots
// only: the same bits on every machine and C library, and free of branches where loops over many
// numbers are to be vectorised. Static, because kernels_avx2.cc compiles its own copy: a shared
// inline function built for AVX2 could be linked into the rest of the program.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <numbers>

namespace luthier::parzen {

// e^x with a relative error below 1e-15; 0 < x < -708 and beyond give the value at the bound.
static inline double exponential(double x) {
  x = x < -708.0 ? -708.0 : x;
  x = x > 708.0 ? 708.0 : x;
  constexpr double kShift = 0x1.8p52;  // adding it leaves the nearest integer in the low bits
  const double shifted = x * std::numbers::log2e + kShift;
  const double n = shifted - kShift;
  // log(2) in two parts, so that n times the first is exact.
  const double r = (x - n * 0x1.62e42fee00000p-1) -  // NOLINT(modernize-use-std-numbers)
                   n * 0x1.a39ef35793c76p-33;
  double sum = 1.0 / 479001600;  // Taylor; |r| <= log(2) / 2
  sum = sum * r + 1.0 / 39916800;
  sum = sum * r + 1.0 / 3628800;
  sum = sum * r + 1.0 / 362880;
  sum = sum * r + 1.0 / 40320;
  sum = sum * r + 1.0 / 5040;
  sum = sum * r + 1.0 / 720;
  sum = sum * r + 1.0 / 120;
  sum = sum * r + 1.0 / 24;
  sum = sum * r + 1.0 / 6;
  sum = sum * r + 0.5;
  sum = sum * r + 1.0;
  sum = sum * r + 1.0;
  const std::uint64_t exponent = (std::bit_cast<std::uint64_t>(shifted) << 52) + (1023ULL << 52);
  return sum * std::bit_cast<double>(exponent);
}

// Natural logarithm of a positive, normal, finite number.
static inline double logarithm(double x) {
  auto bits = std::bit_cast<std::uint64_t>(x);
  // Mantissa in [sqrt(1/2), sqrt(2)).
  const std::uint64_t offset = bits - 0x3fe6a09e667f3bcdULL;
  const auto exponent = static_cast<std::int64_t>(offset) >> 52;
  bits -= static_cast<std::uint64_t>(exponent) << 52;
  const auto mantissa = std::bit_cast<double>(bits);
  const double s = (mantissa - 1) / (mantissa + 1);
  const double square = s * s;
  double sum = 0;  // artanh's series; |s| < 0.172
  for (int k = 21; k >= 3; k -= 2) {
    sum = (sum + 1.0 / k) * square;
  }
  const auto n = static_cast<double>(exponent);
  return n * std::numbers::ln2 + 2 * (s + s * sum);
}

// Probability that a standard normal number is above z >= 0; relative error below 2e-12. A
// Chebyshev fit of (1 + 2x) e^(x*x) erfc(x) over (x - k) / (x + k), the variable of Shepherd and
// Laframboise, "Chebyshev approximation of (1 + 2x) exp(x^2) erfc x", 1981.
static inline double upper_tail(double z) {
  constexpr double kCoefficients[] = {
      1.2375126308368274,
      -0.1402405985848881,
      0.0035854156488834294,
      0.08227673845004459,
      -0.1088039345463369,
      0.09230432187889533,
      -0.058693352739026726,
      0.028362271537059794,
      -0.00974681979758166,
      0.0017556521329987389,
      0.00029442625176848424,
      -0.0002902238847835669,
      5.0390439054136726e-05,
      2.249861343609145e-05,
      -1.011259164780169e-05,
      -1.089345635314057e-06,
      9.400467491817619e-07,
      1.2750598010160642e-08,
  };
  const double x = z * 0x1.6a09e667f3bcdp-1;
  const double t = (x - 3.75) / (x + 3.75);
  double sum = kCoefficients[17];
  for (int i = 16; i >= 0; --i) {
    sum = sum * t + kCoefficients[i];
  }
  return 0.5 * sum / (1.0 + 2.0 * x) * exponential(-x * x);
}

// Probability that a standard normal number is between a and b, a <= b; without cancellation in the
// tails.
static inline double normal_mass(double a, double b) {
  const double above_a = upper_tail(a < 0 ? -a : a);
  const double above_b = upper_tail(b < 0 ? -b : b);
  const double difference = above_a - above_b;
  const double apart = difference < 0 ? -difference : difference;
  const double around = 1.0 - above_a - above_b;
  return (a < 0 ? (b > 0 ? around : apart) : apart);
}

}  // namespace luthier::parzen
