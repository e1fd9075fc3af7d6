// TreeVariance: the functional analysis of variance of one regression tree over the whole unit
// cube, exact (Hutter, Hoos and Leyton-Brown, "An Efficient Approach for Assessing Hyperparameter
// Importance", 2014, section 3).
//
// A tree is constant on boxes. The mean over all axes but one is therefore a step function of that
// axis: each box adds its value, times what it covers of the other axes, to the steps it spans. A
// list of differences sums all boxes in one pass; with two axes it is a table of differences.
#pragma once

#include <cstdint>
#include <vector>

#include "laboratory/importance/regression_tree.h"

namespace luthier {

class TreeVariance {
 public:
  TreeVariance(const RegressionTree& tree, std::size_t axes);

  double total() const;
  // Of the mean over all other axes, as a function of this one.
  double main(std::size_t axis) const;
  // Of the mean over all axes but two, without what each of the two explains alone.
  double interaction(std::size_t a, std::size_t b) const;
  // That mean, less the mean over the cube, in the middle of each cell of a grid.
  std::vector<double> effect(std::size_t axis, const std::vector<double>& edges) const;

 private:
  struct Leaf {
    double value = 0;  // less the mean over the cube
    double volume = 0;
  };
  // The steps of an axis that a box spans: [first, last).
  struct Steps {
    std::uint32_t first = 0;
    std::uint32_t last = 0;
  };

  void add_leaves(const RegressionTree& tree);
  double width(std::size_t axis, const Steps& steps) const;
  const Steps& steps(std::size_t leaf, std::size_t axis) const {
    return steps_[leaf * cuts_.size() + axis];
  }
  std::vector<double> marginal(std::size_t axis) const;  // of each step

  std::vector<std::vector<double>> cuts_;  // by axis: where its steps begin, and 1
  std::vector<Leaf> leaves_;
  std::vector<Steps> steps_;  // leaf by leaf, of each axis
};

}  // namespace luthier
