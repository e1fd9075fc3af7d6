// What the page of a comparison is given.
#include "service/comparison_view.h"

#include <gtest/gtest.h>

#include "core/json.h"
#include "unit/comparison/curves_for_tests.h"

namespace luthier {
namespace {

Json view_of(std::vector<ExperimentCurve> curves) {
  std::vector<std::string> ids;
  for (const ExperimentCurve& curve : curves) {
    ids.push_back("id of " + curve.name);
  }
  const auto comparison = compare(std::move(curves));
  EXPECT_TRUE(comparison.ok());
  const auto json = parse_json(comparison_view(*comparison, ids, "luthier compare a b"));
  EXPECT_TRUE(json.ok());
  return *json;
}

std::vector<double> numbers(const Json& list) {
  std::vector<double> all;
  for (const Json& each : list.items) {
    all.push_back(each.value.number().value_or(-1));
  }
  return all;
}

TEST(ComparisonView, HasTheSingleExperimentsAndWhatTheCommandPrints) {
  const Json view = view_of({made_curve({.scheduler = "slow", .seed = 3}, {8, 9, 4}),
                             made_curve({.scheduler = "fast", .seed = 4}, {2, 2, 2})});
  EXPECT_EQ(*view.find("name")->value.text(), "loss");
  EXPECT_EQ(*view.find("command")->value.text(), "luthier compare a b");
  EXPECT_EQ(*view.find("metric")->value.text(), "loss");
  const Json& slow = view.find("experiments")->items[0];
  EXPECT_EQ(*slow.find("id")->value.text(), "id of slow-3");
  EXPECT_EQ(slow.find("seed")->value.number(), 3);
  // "fast" comes first among the groups.
  EXPECT_EQ(slow.find("group")->value.number(), 1);
  EXPECT_EQ(*view.find("groups")->items[1].find("group")->value.text(), "slow");
  // Trials, seconds, iterations and the best value: where it improved, and the end.
  const auto& points = slow.find("points")->items;
  ASSERT_EQ(points.size(), 3U);
  EXPECT_EQ(numbers(points[0]), (std::vector<double>{1, 1, 1, 8}));
  EXPECT_EQ(numbers(points[1]), (std::vector<double>{3, 3, 3, 4}));
  EXPECT_EQ(numbers(points[2]), (std::vector<double>{3, 3, 3, 4}));
}

TEST(ComparisonView, SinglesAreByTheMeasure) {
  const Json regret = view_of({made_curve({.seed = 1, .optimum = "1"}, {5, 3}),
                               made_curve({.seed = 2, .optimum = "1"}, {4, 4})});
  EXPECT_EQ(*regret.find("name")->value.text(), "regret of loss");
  EXPECT_EQ(numbers(regret.find("experiments")->items[0].find("points")->items[1])[3], 2);
  // A maximised objective is shown as it was reported; curves hold losses.
  const Json maximised = view_of({made_curve({.seed = 1, .mode = Mode::max}, {-5, -7}),
                                  made_curve({.seed = 2, .mode = Mode::max}, {-4, -4})});
  EXPECT_EQ(numbers(maximised.find("experiments")->items[0].find("points")->items[1])[3], 7);
  const Json rank = view_of({made_curve({.scheduler = "a", .task = "0"}, {5, 3}),
                             made_curve({.scheduler = "b", .task = "0"}, {5, 4}),
                             made_curve({.scheduler = "a", .task = "1"}, {500, 300}),
                             made_curve({.scheduler = "b", .task = "1"}, {500, 400})});
  EXPECT_EQ(*rank.find("measure")->value.text(), "rank");
  EXPECT_TRUE(rank.find("experiments")->items[0].find("points")->items.empty());
}

TEST(ComparisonView, TagsAreThoseThatAllHave) {
  auto with = made_curve({.seed = 1}, {2});
  with.tags = {{"model", "a"}, {"note", "x"}};
  auto without = made_curve({.seed = 2}, {2});
  without.tags = {{"model", "b"}};
  const Json view = view_of({with, without});
  ASSERT_EQ(view.find("tags")->items.size(), 1U);
  EXPECT_EQ(*view.find("tags")->items[0].value.text(), "model");
}

TEST(ComparisonView, AnExperimentWithoutAResultHasNoPoints) {
  const Json view = view_of({made_curve({.seed = 1}, {}), made_curve({.seed = 2}, {2})});
  EXPECT_TRUE(view.find("experiments")->items[0].find("points")->items.empty());
}

// A curve that moves at every one of 100,000 iterations has the points that can be seen.
TEST(ComparisonView, StaysSmall) {
  std::vector<ExperimentCurve> all;
  std::vector<std::string> ids;
  for (const char* scheduler : {"a", "b", "c", "d", "e"}) {
    for (std::uint64_t seed = 0; seed < 10; ++seed) {
      std::vector<double> losses;
      for (int i = 0; i < 100'000; ++i) {
        losses.push_back(1 / (1.0 + i + static_cast<double>(seed)));
      }
      all.push_back(made_curve({.scheduler = scheduler, .seed = seed}, losses));
      ids.push_back(all.back().name);
    }
  }
  const auto comparison = compare(std::move(all), {.optimum = 0});
  ASSERT_TRUE(comparison.ok());
  EXPECT_LT(comparison_view(*comparison, ids, "").size(), 1'200'000U);
}

}  // namespace
}  // namespace luthier
