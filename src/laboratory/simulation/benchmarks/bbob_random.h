// The pseudo-random constants of the BBOB functions: shifts, rotations and values of the optimum
// that belong to an instance number. They define the functions, so they follow the 2009 definition
// bit for bit and have nothing to do with luthier/rng.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace luthier::bbob {

using Vector = std::vector<double>;

// Square matrix, row after row.
struct Matrix {
  std::size_t size = 0;
  Vector cells;

  explicit Matrix(std::size_t n) : size(n), cells(n * n) {}
  double& at(std::size_t row, std::size_t column) { return cells[row * size + column]; }
  double at(std::size_t row, std::size_t column) const { return cells[row * size + column]; }
  Vector times(const Vector& x) const;
  Vector transposed_times(const Vector& x) const;
};

// `count` numbers in (0, 1): a multiplicative congruential generator with a shuffle table.
Vector uniform_numbers(std::size_t count, std::int64_t seed);
Vector normal_numbers(std::size_t count, std::int64_t seed);

// Where the optimum lies: multiples of 8e-4 in [-4, 4), never 0.
Vector shift(std::size_t dimension, std::int64_t seed);
// An orthogonal matrix: columns of normal numbers, orthonormalised one after the other.
Matrix rotation(std::size_t dimension, std::int64_t seed);
// The value of the optimum: Cauchy distributed, two decimals, within [-1000, 1000].
double optimum_value(std::int64_t seed);

// first * diagonal(scales) * second
Matrix product(const Matrix& first, const Vector& scales, const Matrix& second);

}  // namespace luthier::bbob
