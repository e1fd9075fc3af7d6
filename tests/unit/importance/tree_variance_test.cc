// Trees against brute force.
#include "laboratory/importance/tree_variance.h"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "laboratory/importance/importance_sample.h"

namespace luthier {
namespace {

constexpr std::size_t kAxes = 3;

struct Rows {
  TreeData data;
  std::vector<double> targets;
};

Rows random_rows(std::size_t count, std::uint64_t seed) {
  Rng rng(seed, "rows");
  Rows rows;
  rows.data.columns.resize(kAxes);
  rows.data.edges.resize(kAxes);
  for (std::size_t i = 0; i < count; ++i) {
    for (auto& column : rows.data.columns) {
      column.push_back(rng.uniform());
    }
    const auto at = [&](std::size_t axis) { return rows.data.columns[axis][i]; };
    rows.targets.push_back(at(0) * at(1) + 0.5 * at(2) + 0.1 * rng.normal());
  }
  return rows;
}

RegressionTree grown(Rows& rows, std::uint64_t seed = 0) {
  rows.data.targets = rows.targets;
  Rng rng(seed, "tree");
  const std::vector<std::uint32_t> bag(rows.targets.size(), 1);
  return {rows.data, bag, rng};
}

// The tree as a table over every box that its thresholds cut the cube into.
class Table {
 public:
  explicit Table(const RegressionTree& tree) : cuts_(kAxes, {0, 1}) {
    for (const auto& node : tree.nodes()) {
      if (!node.is_leaf()) {
        cuts_[node.axis].push_back(node.threshold);
      }
    }
    for (auto& cuts : cuts_) {
      std::ranges::sort(cuts);
    }
    TreeData point{.columns = {{0}, {0}, {0}}, .edges = {}, .targets = {}};
    visit([&](const std::array<std::size_t, kAxes>& box, double) {
      for (std::size_t axis = 0; axis < kAxes; ++axis) {
        point.columns[axis][0] = (cuts_[axis][box[axis]] + cuts_[axis][box[axis] + 1]) / 2;
      }
      values_.push_back(tree.predict(point, 0));
    });
  }

  // Of the mean over the axes that are not `kept`.
  double variance(const std::vector<std::size_t>& kept) const {
    std::map<std::vector<std::size_t>, std::pair<double, double>> sums;  // value, volume
    std::size_t i = 0;
    double mean = 0;
    visit([&](const std::array<std::size_t, kAxes>& box, double volume) {
      std::vector<std::size_t> key;
      for (const std::size_t axis : kept) {
        key.push_back(box[axis]);
      }
      sums[key].first += values_[i] * volume;
      sums[key].second += volume;
      mean += values_[i++] * volume;
    });
    double variance = 0;
    for (const auto& [key, sum] : sums) {
      variance += std::pow(sum.first / sum.second - mean, 2) * sum.second;
    }
    return variance;
  }

 private:
  template <class Take>
  void visit(const Take& take) const {
    const auto width = [&](std::size_t axis, std::size_t i) {
      return cuts_[axis][i + 1] - cuts_[axis][i];
    };
    for (std::size_t i = 0; i + 1 < cuts_[0].size(); ++i) {
      for (std::size_t j = 0; j + 1 < cuts_[1].size(); ++j) {
        for (std::size_t k = 0; k + 1 < cuts_[2].size(); ++k) {
          take(std::array<std::size_t, kAxes>{i, j, k}, width(0, i) * width(1, j) * width(2, k));
        }
      }
    }
  }

  std::vector<std::vector<double>> cuts_;
  std::vector<double> values_;
};

TEST(TreeVariance, IsThatOfEveryBox) {
  for (std::uint64_t seed = 0; seed < 6; ++seed) {
    Rows rows = random_rows(5 + 6 * seed, seed);
    const RegressionTree tree = grown(rows);
    const TreeVariance variance(tree, kAxes);
    const Table table(tree);
    EXPECT_NEAR(variance.total(), table.variance({0, 1, 2}), 1e-12);
    for (std::size_t a = 0; a < kAxes; ++a) {
      EXPECT_NEAR(variance.main(a), table.variance({a}), 1e-12);
      for (std::size_t b = a + 1; b < kAxes; ++b) {
        const double both = table.variance({a, b}) - table.variance({a}) - table.variance({b});
        EXPECT_NEAR(variance.interaction(a, b), both, 1e-12);
        EXPECT_NEAR(variance.interaction(b, a), both, 1e-12);
      }
    }
  }
}

TEST(RegressionTree, KnowsEveryRowItWasGrownFrom) {
  Rows rows = random_rows(200, 7);
  const RegressionTree tree = grown(rows);
  for (std::size_t i = 0; i < rows.targets.size(); ++i) {
    EXPECT_DOUBLE_EQ(tree.predict(rows.data, i), rows.targets[i]);
  }
}

double squared_errors(const std::vector<double>& values) {
  double mean = 0;
  for (const double value : values) {
    mean += value / static_cast<double>(values.size());
  }
  double sum = 0;
  for (const double value : values) {
    sum += (value - mean) * (value - mean);
  }
  return sum;
}

TEST(RegressionTree, SplitsWhereErrorsFallMost) {
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    Rows rows = random_rows(40, seed);
    const RegressionTree tree = grown(rows);
    const auto errors = [&](std::size_t axis, double threshold) {
      std::vector<double> left, right;
      for (std::size_t i = 0; i < rows.targets.size(); ++i) {
        (rows.data.columns[axis][i] <= threshold ? left : right).push_back(rows.targets[i]);
      }
      return squared_errors(left) + squared_errors(right);
    };
    const auto& root = tree.nodes().front();
    const double found = errors(root.axis, root.threshold);
    for (std::size_t axis = 0; axis < kAxes; ++axis) {
      for (const double threshold : rows.data.columns[axis]) {
        EXPECT_LE(found, errors(axis, threshold) + 1e-12);
      }
    }
  }
}

// Two rows differ along every axis alike: no axis may be preferred.
TEST(RegressionTree, EqualSplitsAreChosenFromByChance) {
  std::array<int, kAxes> chosen{};
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    Rows rows = random_rows(2, seed);
    ++chosen[grown(rows, seed).nodes().front().axis];
  }
  for (const int count : chosen) {
    EXPECT_GT(count, 60);
  }
}

TEST(RegressionTree, NeighbouringNumbersAreSplit) {
  Rows rows;
  const double next = std::nextafter(0.5, 1);
  rows.data.columns = {{0.5, next}, {0, 0}, {0, std::nextafter(0.0, 1)}};
  rows.data.edges.resize(kAxes);
  rows.targets = {1, 2};
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const RegressionTree tree = grown(rows, seed);
    EXPECT_DOUBLE_EQ(tree.predict(rows.data, 0), 1);
    EXPECT_DOUBLE_EQ(tree.predict(rows.data, 1), 2);
    EXPECT_TRUE(std::isfinite(TreeVariance(tree, kAxes).main(2)));
  }
}

TEST(RegressionTree, LevelsAreSplitAtTheirEdges) {
  const std::vector<double> edges = {0, 0.25, 0.5, 0.75, 1};
  Rows rows;
  rows.data.columns = {{0.125, 0.125, 0.875}, {0, 0, 0}, {0, 0, 0}};
  rows.data.edges = {edges, {}, {}};
  rows.targets = {1, 1, 2};
  EXPECT_DOUBLE_EQ(grown(rows).nodes().front().threshold, 0.5);
}

}  // namespace
}  // namespace luthier
