// The distribution over categorical parameters beside the normal one: a probability for each value
// of each, independently, that moves towards the values of a generation's best trials: Baluja,
// "Population-based incremental learning", 1994. As on discrete axes no value ever becomes
// impossible (the margin of Hamano et al., "CatCMA: stochastic optimization for mixed-category
// problems", 2024).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "luthier/compiled_space.h"

namespace luthier::cmaes {

class Categories {
 public:
  explicit Categories(const CompiledSpace& space);

  void forget();  // every value is as likely as another again
  // Sets the coordinates of the categorical axes, those outside of the grid.
  void draw(Rng& rng, std::span<double> coordinates) const;
  // `points`: coordinates of a generation, best first, NaN on inactive axes; `weights`: of the
  // first of them, summing to 1. `margin`: the least probability that an axis does not take its
  // likeliest value.
  void learn(std::span<const std::vector<double>> points,
             std::span<const double> weights,
             double margin);

 private:
  struct AxisProbabilities {
    std::size_t axis = 0;
    std::vector<double> of_level;
  };
  static void learn_axis(AxisProbabilities& axis,
                         std::span<const std::vector<double>> points,
                         std::span<const double> weights);

  std::vector<AxisProbabilities> axes_;
};

}  // namespace luthier::cmaes
