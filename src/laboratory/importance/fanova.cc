#include "laboratory/importance/fanova.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>

#include "base/check.h"
#include "laboratory/comparison/statistics/quantiles.h"
#include "laboratory/importance/regression_tree.h"
#include "laboratory/importance/tree_variance.h"
#include "luthier/rng.h"

namespace luthier {
namespace {

std::vector<std::uint32_t> drawn_bag(std::size_t trials, std::size_t most, Rng& rng) {
  std::vector<std::uint32_t> bag(trials, 0);
  for (std::size_t i = 0; i < std::min(trials, most); ++i) {
    ++bag[rng.below(trials)];
  }
  return bag;
}

// The place of each category when they are sorted by their mean loss in the bag. One that is not in
// the bag stands where the mean of all is.
std::vector<std::size_t> places_by_loss(const SampledAxis& axis,
                                        std::span<const std::size_t> cells,
                                        std::span<const double> losses,
                                        std::span<const std::uint32_t> bag) {
  std::vector<double> sums(axis.cells(), 0);
  std::vector<double> weights(axis.cells(), 0);
  for (std::size_t i = 0; i < losses.size(); ++i) {
    sums[cells[i]] += bag[i] * losses[i];
    weights[cells[i]] += bag[i];
  }
  const double all = std::accumulate(sums.begin(), sums.end(), 0.0) /
                     std::accumulate(weights.begin(), weights.end(), 0.0);
  std::vector<std::size_t> order(axis.cells());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(order, {}, [&](std::size_t cell) {
    return weights[cell] > 0 ? sums[cell] / weights[cell] : all;
  });
  std::vector<std::size_t> places(axis.cells());
  for (std::size_t place = 0; place < order.size(); ++place) {
    places[order[place]] = place;
  }
  return places;
}

// Grows one tree after the other and adds up what each says.
class Forest {
 public:
  Forest(const ImportanceSample& sample, const FanovaOptions& options)
      : sample_(sample), options_(options), mains_(axes()), predicted_(sample.size(), 0) {
    counts_.resize(sample.size(), 0);
    for (const SampledAxis& axis : sample.axes) {
      result_.effects.emplace_back(axis.cells(), 0);
      data_.columns.push_back(axis.coordinates);
      data_.edges.push_back(axis.has_levels ? std::span<const double>(axis.edges)
                                            : std::span<const double>());
      cells_.emplace_back(axis.kind == AxisKind::categorical ? sample.size() : 0);
    }
    data_.targets = sample.losses;
    places_.resize(axes());
    interactions_.resize(options.pairs ? axes() * (axes() - 1) / 2 : 0);
  }

  Fanova grow() && {
    for (int tree = 0; tree < options_.trees; ++tree) {
      add_tree(tree);
    }
    for (auto& values : mains_) {
      result_.main.push_back(values.empty() ? Share{} : share_of(mean(values), values));
    }
    add_pairs();
    const bool any = !mains_.front().empty();
    result_.interactions = any ? std::max(0.0, 1 - alone()) : 0;
    result_.explained = explained();
    return std::move(result_);
  }

 private:
  std::size_t axes() const { return sample_.axes.size(); }

  void add_tree(int number) {
    Rng rng(options_.seed, "fanova", static_cast<std::uint64_t>(number));
    const auto bag = drawn_bag(sample_.size(), options_.trials_per_tree, rng);
    for (std::size_t axis = 0; axis < axes(); ++axis) {
      place(axis, bag, rng);
    }
    const RegressionTree tree(data_, bag, rng);
    predict_others(tree, bag);
    const TreeVariance variance(tree, axes());
    for (std::size_t axis = 0; axis < axes(); ++axis) {
      add_effect(axis, variance);
    }
    if (const double total = variance.total(); total > 0) {
      for (std::size_t axis = 0; axis < axes(); ++axis) {
        mains_[axis].push_back(variance.main(axis) / total);
      }
      add_interactions(variance, total);
    }
  }

  // The coordinates that this tree sees on an axis.
  void place(std::size_t index, std::span<const std::uint32_t> bag, Rng& rng) {
    const SampledAxis& axis = sample_.axes[index];
    auto& column = data_.columns[index];
    for (std::size_t i = 0; i < column.size(); ++i) {
      const bool inactive = std::isnan(axis.coordinates[i]);
      column[i] = inactive ? rng.uniform() : axis.coordinates[i];
      if (inactive && axis.has_levels) {
        column[i] = axis.centre(axis.cell(column[i]));
      }
    }
    if (axis.kind != AxisKind::categorical) {
      return;
    }
    auto& cells = cells_[index];
    for (std::size_t i = 0; i < column.size(); ++i) {
      cells[i] = axis.cell(column[i]);
    }
    places_[index] = places_by_loss(axis, cells, sample_.losses, bag);
    for (std::size_t i = 0; i < column.size(); ++i) {
      column[i] = axis.centre(places_[index][cells[i]]);
    }
  }

  void predict_others(const RegressionTree& tree, std::span<const std::uint32_t> bag) {
    for (std::size_t i = 0; i < bag.size(); ++i) {
      if (bag[i] == 0) {
        predicted_[i] += tree.predict(data_, i);
        ++counts_[i];
      }
    }
  }

  void add_effect(std::size_t index, const TreeVariance& variance) {
    const SampledAxis& axis = sample_.axes[index];
    const auto effect = variance.effect(index, axis.edges);
    for (std::size_t cell = 0; cell < effect.size(); ++cell) {
      const bool moved = axis.kind == AxisKind::categorical;
      result_.effects[index][cell] += effect[moved ? places_[index][cell] : cell] / options_.trees;
    }
  }

  void add_interactions(const TreeVariance& variance, double total) {
    std::size_t pair = 0;
    for (std::size_t a = 0; options_.pairs && a < axes(); ++a) {
      for (std::size_t b = a + 1; b < axes(); ++b) {
        interactions_[pair++].push_back(variance.interaction(a, b) / total);
      }
    }
  }

  void add_pairs() {
    std::size_t pair = 0;
    for (std::size_t a = 0; options_.pairs && a < axes(); ++a) {
      for (std::size_t b = a + 1; b < axes(); ++b) {
        auto& values = interactions_[pair++];
        result_.pairs.push_back({a, b, values.empty() ? Share{} : share_of(mean(values), values)});
      }
    }
  }

  double alone() const {
    double sum = 0;
    for (const Share& share : result_.main) {
      sum += share.value;
    }
    return sum;
  }

  double explained() const {
    double count = 0;
    double sum = 0;
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      count += counts_[i] > 0 ? 1 : 0;
      sum += counts_[i] > 0 ? sample_.losses[i] : 0;
    }
    double residual = 0;
    double spread = 0;
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      if (counts_[i] > 0) {
        residual += std::pow(sample_.losses[i] - predicted_[i] / counts_[i], 2);
        spread += std::pow(sample_.losses[i] - sum / count, 2);
      }
    }
    return spread > 0 ? 1 - residual / spread : 0;
  }

  const ImportanceSample& sample_;
  const FanovaOptions& options_;
  TreeData data_;
  std::vector<std::vector<std::size_t>> cells_;   // of categorical axes, by trial
  std::vector<std::vector<std::size_t>> places_;  // of categorical axes, by cell
  std::vector<std::vector<double>> mains_;        // by axis and tree
  std::vector<std::vector<double>> interactions_;
  std::vector<double> predicted_;  // sums over the trees that have not seen a trial
  std::vector<int> counts_;        // how many they are
  Fanova result_;
};

}  // namespace

Fanova fanova(const ImportanceSample& sample, const FanovaOptions& options) {
  LUTHIER_CHECK(sample.size() >= 2 && !sample.axes.empty(), "two trials and an axis at least");
  return Forest(sample, options).grow();
}

}  // namespace luthier
