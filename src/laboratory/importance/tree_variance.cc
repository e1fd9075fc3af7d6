#include "laboratory/importance/tree_variance.h"

#include <algorithm>
#include <utility>

namespace luthier {
namespace {

std::vector<std::vector<double>> cuts_of(const RegressionTree& tree, std::size_t axes) {
  std::vector<std::vector<double>> cuts(axes, {0, 1});
  for (const auto& node : tree.nodes()) {
    if (!node.is_leaf()) {
      cuts[node.axis].push_back(node.threshold);
    }
  }
  for (auto& each : cuts) {
    std::ranges::sort(each);
    const auto same = std::ranges::unique(each);
    each.erase(same.begin(), same.end());
  }
  return cuts;
}

}  // namespace

TreeVariance::TreeVariance(const RegressionTree& tree, std::size_t axes)
    : cuts_(cuts_of(tree, axes)) {
  add_leaves(tree);
  double mean = 0;
  for (const Leaf& leaf : leaves_) {
    mean += leaf.value * leaf.volume;
  }
  for (Leaf& leaf : leaves_) {
    leaf.value -= mean;
  }
}

void TreeVariance::add_leaves(const RegressionTree& tree) {
  std::vector<Steps> whole;
  for (const auto& cuts : cuts_) {
    whole.push_back({0, static_cast<std::uint32_t>(cuts.size() - 1)});
  }
  std::vector<std::pair<std::uint32_t, std::vector<Steps>>> open;
  open.emplace_back(0, std::move(whole));
  while (!open.empty()) {
    auto [index, box] = std::move(open.back());
    open.pop_back();
    const auto& node = tree.nodes()[index];
    if (node.is_leaf()) {
      double volume = 1;
      for (std::size_t axis = 0; axis < box.size(); ++axis) {
        volume *= width(axis, box[axis]);
      }
      if (volume > 0) {
        leaves_.push_back({node.value, volume});
        steps_.insert(steps_.end(), box.begin(), box.end());
      }
      continue;
    }
    const auto& cuts = cuts_[node.axis];
    const auto cut = std::ranges::lower_bound(cuts, node.threshold) - cuts.begin();
    auto right = box;
    right[node.axis].first = static_cast<std::uint32_t>(cut);
    box[node.axis].last = static_cast<std::uint32_t>(cut);
    open.emplace_back(node.right, std::move(right));
    open.emplace_back(node.left, std::move(box));
  }
}

double TreeVariance::width(std::size_t axis, const Steps& steps) const {
  return cuts_[axis][steps.last] - cuts_[axis][steps.first];
}

double TreeVariance::total() const {
  double variance = 0;
  for (const Leaf& leaf : leaves_) {
    variance += leaf.value * leaf.value * leaf.volume;
  }
  return variance;
}

std::vector<double> TreeVariance::marginal(std::size_t axis) const {
  std::vector<double> steps_of(cuts_[axis].size(), 0);
  for (std::size_t i = 0; i < leaves_.size(); ++i) {
    const Steps& spanned = steps(i, axis);
    const double height = leaves_[i].value * (leaves_[i].volume / width(axis, spanned));
    steps_of[spanned.first] += height;
    steps_of[spanned.last] -= height;
  }
  steps_of.pop_back();
  for (std::size_t i = 1; i < steps_of.size(); ++i) {
    steps_of[i] += steps_of[i - 1];
  }
  return steps_of;
}

double TreeVariance::main(std::size_t axis) const {
  const auto heights = marginal(axis);
  double variance = 0;
  for (std::size_t i = 0; i < heights.size(); ++i) {
    variance += heights[i] * heights[i] * (cuts_[axis][i + 1] - cuts_[axis][i]);
  }
  return variance;
}

double TreeVariance::interaction(std::size_t a, std::size_t b) const {
  const std::size_t rows = cuts_[a].size();
  const std::size_t columns = cuts_[b].size();
  std::vector<double> table(rows * columns, 0);
  for (std::size_t i = 0; i < leaves_.size(); ++i) {
    const Steps& down = steps(i, a);
    const Steps& across = steps(i, b);
    const double height =
        leaves_[i].value * (leaves_[i].volume / width(a, down) / width(b, across));
    table[down.first * columns + across.first] += height;
    table[down.first * columns + across.last] -= height;
    table[down.last * columns + across.first] -= height;
    table[down.last * columns + across.last] += height;
  }
  double variance = 0;
  std::vector<double> above(columns, 0);
  for (std::size_t row = 0; row + 1 < rows; ++row) {
    double before = 0;
    const double down = cuts_[a][row + 1] - cuts_[a][row];
    for (std::size_t column = 0; column + 1 < columns; ++column) {
      above[column] += table[row * columns + column];
      before += above[column];
      variance += before * before * down * (cuts_[b][column + 1] - cuts_[b][column]);
    }
  }
  return std::max(0.0, variance - main(a) - main(b));
}

std::vector<double> TreeVariance::effect(std::size_t axis, const std::vector<double>& edges) const {
  const auto heights = marginal(axis);
  std::vector<double> effect;
  std::size_t step = 0;
  for (std::size_t cell = 0; cell + 1 < edges.size(); ++cell) {
    const double middle = (edges[cell] + edges[cell + 1]) / 2;
    while (cuts_[axis][step + 1] < middle) {
      ++step;
    }
    effect.push_back(heights[step]);
  }
  return effect;
}

}  // namespace luthier
