// Walks over every configuration of a finite space, for one cell of the grid: parameters without a
// condition in alphabetical order, the first fastest, and conditional ones faster than all of them
// (they exist only where their parents say so).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "luthier/compiled_space.h"

namespace luthier {

class PointWalk {
 public:
  // Precondition: every axis outside the grid has a finite number of levels.
  PointWalk(const CompiledSpace& space, std::uint64_t cell);

  bool done() const { return done_; }
  std::span<const double> point() const { return point_; }  // NaN where inactive
  void advance();

 private:
  void start_from(std::size_t digit);

  const CompiledSpace* space_;
  std::vector<std::size_t> digits_;  // axes, slowest first
  std::vector<double> point_;
  bool done_ = false;
};

}  // namespace luthier
