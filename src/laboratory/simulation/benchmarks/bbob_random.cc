#include "laboratory/simulation/benchmarks/bbob_random.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace luthier::bbob {
namespace {

// Park and Miller's generator, computed without overflow as Schrage does.
std::int64_t next_state(std::int64_t state) {
  const std::int64_t quotient = state / 127773;
  state = 16807 * (state - quotient * 127773) - 2836 * quotient;
  return state < 0 ? state + 2147483647 : state;
}

}  // namespace

Vector Matrix::times(const Vector& x) const {
  Vector out(size);
  for (std::size_t i = 0; i < size; ++i) {
    for (std::size_t j = 0; j < size; ++j) {
      out[i] += at(i, j) * x[j];
    }
  }
  return out;
}

Vector Matrix::transposed_times(const Vector& x) const {
  Vector out(size);
  for (std::size_t i = 0; i < size; ++i) {
    for (std::size_t j = 0; j < size; ++j) {
      out[i] += at(j, i) * x[j];
    }
  }
  return out;
}

Vector uniform_numbers(std::size_t count, std::int64_t seed) {
  std::int64_t state = std::max<std::int64_t>(1, std::abs(seed));
  std::array<std::int64_t, 32> table{};
  for (int i = 39; i >= 0; --i) {
    state = next_state(state);
    if (i < 32) {
      table[static_cast<std::size_t>(i)] = state;
    }
  }
  std::int64_t drawn = table[0];
  Vector out(count);
  for (double& number : out) {
    state = next_state(state);
    auto& place = table[static_cast<std::size_t>(drawn / 67108865)];
    drawn = place;
    place = state;
    number = drawn == 0 ? 1e-99 : static_cast<double>(drawn) / 2.147483647e9;
  }
  return out;
}

Vector normal_numbers(std::size_t count, std::int64_t seed) {
  const Vector uniform = uniform_numbers(2 * count, seed);
  Vector out(count);
  for (std::size_t i = 0; i < count; ++i) {
    out[i] =
        std::sqrt(-2 * std::log(uniform[i])) * std::cos(2 * std::numbers::pi * uniform[count + i]);
    out[i] = out[i] == 0 ? 1e-99 : out[i];
  }
  return out;
}

Vector shift(std::size_t dimension, std::int64_t seed) {
  Vector out = uniform_numbers(dimension, seed);
  for (double& x : out) {
    x = 8 * std::floor(1e4 * x) / 1e4 - 4;
    x = x == 0 ? -1e-5 : x;
  }
  return out;
}

Matrix rotation(std::size_t dimension, std::int64_t seed) {
  Matrix out(dimension);
  const Vector numbers = normal_numbers(dimension * dimension, seed);
  const auto dot = [&](std::size_t a, std::size_t b) {
    double sum = 0;
    for (std::size_t k = 0; k < dimension; ++k) {
      sum += out.at(k, a) * out.at(k, b);
    }
    return sum;
  };
  for (std::size_t i = 0; i < dimension; ++i) {
    for (std::size_t k = 0; k < dimension; ++k) {
      out.at(k, i) = numbers[i * dimension + k];
    }
    for (std::size_t j = 0; j < i; ++j) {
      const double along = dot(i, j);
      for (std::size_t k = 0; k < dimension; ++k) {
        out.at(k, i) -= along * out.at(k, j);
      }
    }
    const double length = std::sqrt(dot(i, i));
    for (std::size_t k = 0; k < dimension; ++k) {
      out.at(k, i) /= length;
    }
  }
  return out;
}

double optimum_value(std::int64_t seed) {
  const double ratio = normal_numbers(1, seed)[0] / normal_numbers(1, seed + 1)[0];
  return std::clamp(std::floor(100 * 100 * ratio + 0.5) / 100, -1000.0, 1000.0);
}

Matrix product(const Matrix& first, const Vector& scales, const Matrix& second) {
  Matrix out(first.size);
  for (std::size_t i = 0; i < out.size; ++i) {
    for (std::size_t j = 0; j < out.size; ++j) {
      for (std::size_t k = 0; k < out.size; ++k) {
        out.at(i, j) += first.at(i, k) * scales[k] * second.at(k, j);
      }
    }
  }
  return out;
}

}  // namespace luthier::bbob
