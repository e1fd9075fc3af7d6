#include "laboratory/importance/regression_tree.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace luthier {
namespace {

using Node = RegressionTree::Node;

struct Split {
  std::uint32_t axis = Node::kLeaf;
  double threshold = 0;
  double gain = 0;
};

// Between two coordinates, a < b: halfway, or the middle one of the edges between them.
double threshold_between(std::span<const double> edges, double a, double b) {
  const double halfway = a + (b - a) / 2;
  const auto first = std::ranges::upper_bound(edges, a);
  const auto last = std::ranges::lower_bound(edges, b);
  if (first < last) {
    return *(first + (last - first) / 2);
  }
  return halfway < b ? halfway : a;  // rounded up between neighbouring doubles
}

// Rows sorted along every axis at once; a split parts each of these orders and keeps it sorted, so
// that a level of the tree costs one pass over the rows for each axis.
class Grower {
 public:
  Grower(const TreeData& data, std::span<const std::uint32_t> bag, Rng& rng)
      : data_(data), rng_(rng) {
    take_rows(bag);
    for (std::uint32_t axis = 0; axis < data.columns.size(); ++axis) {
      take_column(axis);
      axes_.push_back(axis);
    }
    goes_left_.resize(targets_.size());
    moved_.resize(targets_.size());
  }

  std::vector<Node> grow() && {
    nodes_.emplace_back();
    std::vector<Span> open = {{0, 0, static_cast<std::uint32_t>(targets_.size())}};
    while (!open.empty()) {
      const Span span = open.back();
      open.pop_back();
      const Split split = best_split(span);
      if (split.axis == Node::kLeaf) {
        continue;
      }
      const std::uint32_t middle = part(span, split);
      const auto left = static_cast<std::uint32_t>(nodes_.size());
      nodes_.resize(nodes_.size() + 2);
      nodes_[span.node].axis = split.axis;
      nodes_[span.node].threshold = split.threshold;
      nodes_[span.node].left = left;
      nodes_[span.node].right = left + 1;
      open.push_back({left + 1, middle, span.end});
      open.push_back({left, span.begin, middle});
    }
    return std::move(nodes_);
  }

 private:
  // The rows of a node: places `begin` to `end` of every order.
  struct Span {
    std::uint32_t node;
    std::uint32_t begin;
    std::uint32_t end;
  };

  void take_rows(std::span<const std::uint32_t> bag) {
    for (std::size_t row = 0; row < bag.size(); ++row) {
      if (bag[row] > 0) {
        rows_.push_back(row);
        weights_.push_back(bag[row]);
        targets_.push_back(data_.targets[row]);
      }
    }
  }

  void take_column(std::uint32_t axis) {
    std::vector<double> column;
    column.reserve(rows_.size());
    for (const std::size_t row : rows_) {
      column.push_back(data_.columns[axis][row]);
    }
    std::vector<std::uint32_t> order(rows_.size());
    std::iota(order.begin(), order.end(), 0);
    std::ranges::sort(order, {}, [&](std::uint32_t i) { return std::pair(column[i], i); });
    columns_.push_back(std::move(column));
    orders_.push_back(std::move(order));
  }

  Split best_split(const Span& span) {
    double weight = 0;
    double sum = 0;
    double least = targets_[orders_.front()[span.begin]];
    double most = least;
    for (std::uint32_t i = span.begin; i < span.end; ++i) {
      const std::uint32_t row = orders_.front()[i];
      weight += weights_[row];
      sum += weights_[row] * targets_[row];
      least = std::min(least, targets_[row]);
      most = std::max(most, targets_[row]);
    }
    const double mean = sum / weight;
    nodes_[span.node].value = mean;
    Split best;
    if (least < most) {
      shuffle_axes();
      for (const std::uint32_t axis : axes_) {
        try_axis(span, axis, mean, weight, best);
      }
    }
    return best;
  }

  void shuffle_axes() {
    for (std::size_t i = axes_.size(); i > 1; --i) {
      std::swap(axes_[i - 1], axes_[rng_.below(i)]);
    }
  }

  void try_axis(
      const Span& span, std::uint32_t axis, double mean, double weight, Split& best) const {
    constexpr double kRounding = 1e-9;  // of a gain: closer ones are equal
    const auto& order = orders_[axis];
    const auto& column = columns_[axis];
    double sum = 0;
    double left = 0;
    for (std::uint32_t i = span.begin; i + 1 < span.end; ++i) {
      const std::uint32_t row = order[i];
      left += weights_[row];
      sum += weights_[row] * (targets_[row] - mean);
      if (column[row] == column[order[i + 1]]) {
        continue;
      }
      // The sums of both sides are opposite: this is what the squared errors fall by.
      const double gain = sum * sum * weight / (left * (weight - left));
      if (gain > best.gain * (1 + kRounding)) {
        best = {
            .axis = axis,
            .threshold = threshold_between(data_.edges[axis], column[row], column[order[i + 1]]),
            .gain = gain};
      }
    }
  }

  // Where the right side begins.
  std::uint32_t part(const Span& span, const Split& split) {
    const auto& column = columns_[split.axis];
    for (std::uint32_t i = span.begin; i < span.end; ++i) {
      const std::uint32_t row = orders_[split.axis][i];
      goes_left_[row] = column[row] <= split.threshold;
    }
    std::uint32_t middle = span.begin;
    for (auto& order : orders_) {
      std::uint32_t left = span.begin;
      std::uint32_t right = 0;
      for (std::uint32_t i = span.begin; i < span.end; ++i) {
        const std::uint32_t row = order[i];
        order[left] = row;
        moved_[right] = row;
        left += goes_left_[row];
        right += 1U - goes_left_[row];
      }
      std::copy_n(moved_.begin(), right, order.begin() + left);
      middle = left;
    }
    return middle;
  }

  const TreeData& data_;
  Rng& rng_;
  std::vector<std::size_t> rows_;
  std::vector<double> weights_;
  std::vector<double> targets_;
  std::vector<std::vector<double>> columns_;
  std::vector<std::vector<std::uint32_t>> orders_;
  std::vector<std::uint32_t> axes_;
  std::vector<std::uint32_t> goes_left_;
  std::vector<std::uint32_t> moved_;
  std::vector<Node> nodes_;
};

}  // namespace

RegressionTree::RegressionTree(const TreeData& data, std::span<const std::uint32_t> bag, Rng& rng)
    : nodes_(Grower(data, bag, rng).grow()) {}

double RegressionTree::predict(const TreeData& data, std::size_t row) const {
  const Node* node = nodes_.data();
  while (!node->is_leaf()) {
    const bool left = data.columns[node->axis][row] <= node->threshold;
    node = &nodes_[left ? node->left : node->right];
  }
  return node->value;
}

}  // namespace luthier
