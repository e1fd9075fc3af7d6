// fANOVA (Hutter, Hoos and Leyton-Brown, "An Efficient Approach for Assessing Hyperparameter
// Importance", 2014): a random forest learns the loss from the coordinates, and the variance of
// each tree over the whole cube is divided among the parameters and their interactions.
//
// Where a conditional parameter is inactive, every tree gets another random coordinate for it: the
// loss does not depend on it there, which is what the forest then learns. So the cube has one
// meaning for all trials, and what depends on a parameter being active counts for its condition.
//
// Categories are ordered by the mean loss of a tree's own trials (Breiman et al., 1984, 4.2.2),
// then split like numbers.
#pragma once

#include <cstdint>
#include <vector>

#include "laboratory/importance/importance_sample.h"

namespace luthier {

struct FanovaOptions {
  std::uint64_t seed = 0;
  int trees = 64;
  bool pairs = false;
  // Trials that a tree is grown from at most, which bounds the time with very many trials.
  std::size_t trials_per_tree = 5000;
};

struct PairShare {
  std::size_t first = 0;  // axes
  std::size_t second = 0;
  Share share;
};

struct Fanova {
  // Of the loss's variance, in trials that a tree has not seen (out-of-bag R^2). At most 1; 0 or
  // less: the mean predicts as well.
  double explained = 0;
  // By axis: the part of the variance over the cube that it explains alone, and where that lies in
  // the trees, each of which had its own resample of the trials.
  std::vector<Share> main;
  std::vector<PairShare> pairs;  // of every two axes, without what each explains alone
  double interactions = 0;       // what no axis explains alone
  // By axis and cell of its grid: the mean loss there, less that over the cube.
  std::vector<std::vector<double>> effects;
};

// Precondition: at least two trials, and an axis. A function of its arguments alone.
Fanova fanova(const ImportanceSample& sample, const FanovaOptions& options = {});

}  // namespace luthier
