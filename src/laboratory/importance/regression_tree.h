// RegressionTree: a tree that predicts a number from coordinates in [0, 1). Each split is the one
// that lowers the sum of squared errors most (Breiman et al., "Classification and Regression
// Trees", 1984); it grows until nothing is left to split. Equally good splits, which are the rule
// near the leaves, are chosen from by chance, so that no axis is preferred.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "luthier/rng.h"

namespace luthier {

struct TreeData {
  std::vector<std::vector<double>> columns;    // coordinates by axis and row; no NaN
  std::vector<std::span<const double>> edges;  // by axis: where it may be split; empty: anywhere
  std::span<const double> targets;             // by row
};

class RegressionTree {
 public:
  struct Node {
    static constexpr std::uint32_t kLeaf = ~std::uint32_t{0};
    std::uint32_t axis = kLeaf;
    double threshold = 0;  // up to it and with it: left
    double value = 0;      // the mean of what it was grown from
    std::uint32_t left = 0;
    std::uint32_t right = 0;
    bool is_leaf() const { return axis == kLeaf; }
  };

  // `bag`: how often each row counts. Precondition: at least one row does.
  RegressionTree(const TreeData& data, std::span<const std::uint32_t> bag, Rng& rng);

  std::span<const Node> nodes() const { return nodes_; }  // the root first
  double predict(const TreeData& data, std::size_t row) const;

 private:
  std::vector<Node> nodes_;
};

}  // namespace luthier
