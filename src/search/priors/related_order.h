// In which order a related task expects places: the average rank of its results around a place, by
// a kernel (Nadaraya and Watson). Only ranks, so that neither unit nor size of its losses matters.
#pragma once

#include <span>
#include <vector>

#include "luthier/compiled_space.h"
#include "luthier/known_result.h"

namespace luthier {

class RelatedOrder {
 public:
  RelatedOrder(const RelatedTask& task, const CompiledSpace& space);

  // 0, the best, to 1. A settled point of the unit cube; NaN where inactive.
  double expected(std::span<const double> point) const;

 private:
  std::vector<bool> categorical_;            // of each axis
  std::vector<std::vector<double>> points_;  // best first; NaN where a result says nothing
};

}  // namespace luthier
