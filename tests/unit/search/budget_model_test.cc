// BOHB's sides, against sorting everything anew.
#include "search/bohb/budget_model.h"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "luthier/rng.h"

namespace luthier {
namespace {

using bohb::BudgetModel;

std::set<std::int64_t> tags(const parzen::Mixture& mixture) {
  std::set<std::int64_t> out;
  for (std::size_t i = 0; i < mixture.size(); ++i) {
    out.insert(mixture.tag(i));
  }
  return out;
}

const std::vector<parzen::KernelAxis> kAxes(1);

TEST(BudgetModel, ModelsTheHighestBudgetWithEnoughResults) {
  BudgetModel model(kAxes, {.min_points = 2, .good_fraction = 0.3});
  for (std::int64_t trial = 0; trial < 4; ++trial) {
    EXPECT_FALSE(model.is_ready());
    model.observe(1, {trial}, static_cast<double>(-trial), {0.1});
  }
  EXPECT_EQ(model.budget(), 1);
  EXPECT_EQ(tags(model.good()), (std::set<std::int64_t>{2, 3}));
  for (std::int64_t trial = 0; trial < 3; ++trial) {
    model.observe(9, {trial}, static_cast<double>(trial), {0.1});
  }
  EXPECT_EQ(model.budget(), 1);
  model.observe(9, {7}, 10, {0.1});
  EXPECT_EQ(model.budget(), 9);
  EXPECT_EQ(tags(model.good()), (std::set<std::int64_t>{0, 1}));
  EXPECT_EQ(tags(model.other()), (std::set<std::int64_t>{2, 7}));
  model.observe(1, {8}, -100, {0.1});  // too low a budget to count any more
  EXPECT_EQ(model.observations(), 4);
}

TEST(BudgetModel, SidesAreThoseOfASortHoweverResultsCome) {
  Rng rng(3, "budget_model_test");
  BudgetModel model(kAxes, {.min_points = 3, .good_fraction = 0.25});
  std::vector<std::pair<double, std::int64_t>> all;
  for (std::int64_t trial = 0; trial < 200; ++trial) {
    const double loss = static_cast<double>(rng.below(20));
    model.observe(4, {trial}, loss, {rng.uniform()});
    all.emplace_back(loss, trial);
    std::ranges::sort(all);
    if (!model.is_ready()) {
      continue;
    }
    const auto good = std::max<std::size_t>(3, all.size() / 4);
    std::set<std::int64_t> expected;
    for (std::size_t i = 0; i < good; ++i) {
      expected.insert(all[i].second);
    }
    ASSERT_EQ(tags(model.good()), expected);
    ASSERT_EQ(model.observations(), all.size());
  }
}

TEST(BudgetModel, ProgressRanksWhoGotFartherFirst) {
  BudgetModel model(kAxes,
                    {.target = bohb::Target::progress, .min_points = 1, .good_fraction = 0.1});
  model.observe(1, {0}, 0.1, {0.1});
  model.observe(1, {1}, 0.2, {0.2});
  model.observe(1, {2}, 0.3, {0.3});
  EXPECT_EQ(tags(model.good()), std::set<std::int64_t>{0});
  model.observe(2, {2}, 0.25, {0.3});
  EXPECT_EQ(tags(model.good()), std::set<std::int64_t>{2});
  EXPECT_EQ(model.observations(), 3);
}

}  // namespace
}  // namespace luthier
