// The order statistics and the halving bracket against brute force.
#include <algorithm>
#include <cmath>
#include <set>

#include <gtest/gtest.h>

#include "base/ranked_set.h"
#include "luthier/rng.h"
#include "schedulers/rungs/halving_bracket.h"
#include "schedulers/rungs/running_quantile.h"

namespace luthier {
namespace {

// NumPy's percentile of a sorted list, by its definition.
double percentile(std::vector<double> values, double quantile) {
  std::ranges::sort(values);
  const double position = static_cast<double>(values.size() - 1) * quantile;
  const auto below = static_cast<std::size_t>(position);
  const auto above = std::min(below + 1, values.size() - 1);
  const double fraction = position - static_cast<double>(below);
  const double gap = values[above] - values[below];
  return fraction < 0.5 ? values[below] + gap * fraction : values[above] - gap * (1 - fraction);
}

TEST(RunningQuantile, EqualsTheSortedList) {
  for (const double quantile : {0.0, 0.1, 0.5, 2.0 / 3, 0.75, 0.9, 1.0}) {
    Rng rng(3, "quantile");
    RunningQuantile running(quantile);
    std::vector<double> values;
    for (int i = 0; i < 400; ++i) {
      values.push_back(i % 3 == 0 ? std::floor(rng.uniform(0, 5)) : rng.normal());
      running.insert(values.back());
      ASSERT_EQ(running.size(), values.size());
      ASSERT_EQ(running.value(), percentile(values, quantile)) << quantile << " of " << i;
    }
  }
}

TEST(RunningQuantile, HasTheValuesNumpyGives) {
  // np.percentile([0.3, 0.1, 0.4, 0.1, 0.5], 75) == 0.4; of the first four == 0.325
  RunningQuantile running(0.75);
  for (const double value : {0.3, 0.1, 0.4, 0.1}) {
    running.insert(value);
  }
  EXPECT_DOUBLE_EQ(running.value(), 0.325);
  running.insert(0.5);
  EXPECT_EQ(running.value(), 0.4);
}

TEST(RankedSet, EqualsASortedSet) {
  Rng rng(5, "ranks");
  RankedSet<int> ranked;
  std::set<int> model;
  for (int i = 0; i < 6000; ++i) {
    const int key = static_cast<int>(rng.below(500));
    if (model.contains(key)) {
      ASSERT_TRUE(ranked.erase(key));
      model.erase(key);
    } else {
      ASSERT_FALSE(ranked.erase(key));
      ranked.insert(key);
      model.insert(key);
    }
    ASSERT_EQ(ranked.size(), model.size());
    const int probe = static_cast<int>(rng.below(500));
    const auto place = std::distance(model.begin(), model.lower_bound(probe));
    ASSERT_EQ(ranked.rank(probe), static_cast<std::size_t>(place));
    ASSERT_EQ(ranked.contains(probe), model.contains(probe));
    if (!model.empty()) {
      const auto at = static_cast<std::ptrdiff_t>(rng.below(model.size()));
      ASSERT_EQ(ranked.at(static_cast<std::size_t>(at)), *std::next(model.begin(), at));
    }
  }
}

TEST(HalvingBracket, KeepsTheBestOfEachRoundLikeASort) {
  Rng rng(9, "halving");
  for (int round = 0; round < 300; ++round) {
    const double eta = 2 + static_cast<double>(rng.below(4));
    const int n = 1 + static_cast<int>(rng.below(60));
    HalvingBracket bracket(n, 1, 3, eta, 1000);
    std::vector<std::pair<double, TrialId>> alive;
    for (int i = 0; i < n; ++i) {
      bracket.join({i});
      alive.push_back({0, {i}});
    }
    double places = n;
    double milestone = 1;
    for (int halving = 0; halving < 3; ++halving) {
      for (auto& [loss, trial] : alive) {
        loss = static_cast<double>(rng.below(20));
        bracket.arrive({{loss, trial}, milestone});
      }
      std::ranges::sort(alive, [](const auto& a, const auto& b) {
        return a.first != b.first ? a.first < b.first : a.second > b.second;
      });
      places = std::ceil(places / eta);
      milestone = milestone * eta;
      const auto cut = bracket.cut();
      ASSERT_EQ(static_cast<double>(cut.kept.size()),
                std::min(places, static_cast<double>(alive.size())));
      ASSERT_EQ(cut.kept.size() + cut.lost.size(), alive.size());
      for (std::size_t i = 0; i < cut.kept.size(); ++i) {
        ASSERT_EQ(cut.kept[i].standing.trial, alive[i].second);
      }
      ASSERT_EQ(bracket.milestone(), milestone);
      alive.resize(cut.kept.size());
    }
    ASSERT_TRUE(bracket.at_last_milestone());
  }
}

TEST(HalvingBracket, ATrialThatJumpedOverMilestonesTakesPartInTheirCuts) {
  HalvingBracket bracket(2, 1, 2, 2, 4);
  bracket.join({0});
  bracket.join({1});
  bracket.arrive({{0.5, {0}}, 9});
  bracket.arrive({{0.7, {1}}, 1});
  const auto cut = bracket.cut();
  ASSERT_EQ(cut.finished.size(), 1);
  EXPECT_EQ(cut.finished[0].standing.trial, TrialId{0});
  ASSERT_EQ(cut.lost.size(), 1);
  EXPECT_TRUE(bracket.waiting().empty());
}

}  // namespace
}  // namespace luthier
