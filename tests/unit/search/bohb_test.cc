// What searcher bohb proposes: by its model where that has something to say, apart from what was
// tried elsewhere.
#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "search/points/spacing.h"
#include "support/fake_view_for_search.h"

namespace luthier {
namespace {

using testing::FakeView;
using testing::make_searcher;

Space unit_square() {
  Space space;
  space.add("x", uniform(0, 1));
  space.add("y", uniform(0, 1));
  return space;
}

double squared_distance(const Config& a, const Config& b) {
  const double x = a.number("x") - b.number("x");
  const double y = a.number("y") - b.number("y");
  return x * x + y * y;
}

// How many of the trials from..to-1 the model proposed.
int guided(const NamedValues& options, int from, int to) {
  FakeView view(unit_square(), 3);
  const auto searcher = make_searcher("bohb", options, 3);
  int count = 0;
  for (int i = 0; i < to; ++i) {
    const auto proposal = std::get<Proposal>(view.ask(*searcher));
    count += i >= from && proposal.reason.starts_with("by ") ? 1 : 0;
    const TrialId trial = view.add(*searcher, proposal.config);
    view.report(*searcher, trial, proposal.config.number("x"));
    view.end(*searcher, trial);
  }
  return count;
}

TEST(Bohb, TheModelProposesAllButTheRandomFraction) {
  EXPECT_EQ(guided({{"random_fraction", 0.0}, {"guided_trials", 1e9}}, 10, 110), 100);
  EXPECT_EQ(guided({{"random_fraction", 1.0}}, 10, 110), 0);
  EXPECT_NEAR(guided({{"random_fraction", 0.5}, {"guided_trials", 1e9}}, 10, 210), 100, 25);
}

TEST(Bohb, GuidedTrialsLimitTheModelLater) {
  const NamedValues options = {{"random_fraction", 0.0}, {"guided_trials", 20.0}};
  EXPECT_EQ(guided(options, 10, 20), 10);
  // 20 / 100 + 20 / 101 + ... + 20 / 299 = 21.9
  EXPECT_NEAR(guided(options, 100, 300), 22, 14);
}

TEST(Bohb, TheModelProposesNearGoodResults) {
  const Config optimum = {{"x", 0.8}, {"y", 0.2}};
  FakeView view(unit_square(), 4);
  const auto searcher = make_searcher("bohb", {{"random_fraction", 0.0}}, 4);
  double guided = 0;
  for (int i = 0; i < 60; ++i) {
    view.step(*searcher, [&](const Config& config) {
      const double apart = squared_distance(config, optimum);
      guided += i >= 20 ? apart : 0;
      return apart;
    });
  }
  // Of uniform draws: the variance, 1/12, and the square of 0.3, on each axis.
  EXPECT_LT(guided / 40, 0.7 * 2 * (1.0 / 12 + 0.09));
}

// The least distance, squared, between two of 60 trials.
double evenness(std::int64_t spacing) {
  FakeView view(unit_square(), 5);
  const auto searcher = make_searcher("bohb", {{"random_fraction", 1.0}, {"spacing", spacing}}, 5);
  std::vector<Config> tried;
  double least = 2;
  for (int i = 0; i < 60; ++i) {
    const Config config = view.config(*view.step(*searcher, [](const Config&) { return 0.0; }));
    for (const Config& other : tried) {
      least = std::min(least, squared_distance(config, other));
    }
    tried.push_back(config);
  }
  return least;
}

TEST(Bohb, RandomTrialsKeepTheirDistance) {
  EXPECT_GT(evenness(8), 4 * evenness(1));
}

TEST(Spacing, TakesTheDrawFarthestFromAllPoints) {
  const auto space = CompiledSpace::compile(unit_square());
  Spacing spacing(*space);
  spacing.add(*space, {{"x", 0.1}, {"y", 0.1}});
  spacing.add(*space, {{"x", 0.9}, {"y", 0.9}});
  Rng rng(1, "test");
  const auto config = spacing.farthest_draw(*space, 0, 1000, rng);
  ASSERT_TRUE(config);
  // One of the two corners that are left.
  EXPECT_GT(std::abs(config->number("x") - config->number("y")), 0.9);
}

TEST(Spacing, CategoriesAndAbsentParametersAreOneApart) {
  Space space;
  space.add("kind", choice({"a", "b", "c"}));
  space.add("depth", uniform(0, 1)).when("kind", "a");
  const auto compiled = CompiledSpace::compile(std::move(space));
  Spacing spacing(*compiled);
  for (const double depth : {0.0, 0.25, 0.5, 0.75, 0.999}) {
    spacing.add(*compiled, {{"kind", "a"}, {"depth", depth}});
  }
  spacing.add(*compiled, {{"kind", "b"}});
  Rng rng(2, "test");
  const auto config = spacing.farthest_draw(*compiled, 0, 100, rng);
  ASSERT_TRUE(config);
  EXPECT_EQ(*config, Config({{"kind", "c"}}));
}

TEST(Spacing, RemembersTheNewestPoints) {
  Space space;
  space.add("x", uniform(0, 1));
  const auto compiled = CompiledSpace::compile(std::move(space));
  Spacing spacing(*compiled);
  spacing.add(*compiled, {{"x", 0.9}});
  for (std::size_t i = 0; i < Spacing::kMostPoints; ++i) {
    spacing.add(*compiled, {{"x", 0.1}});
  }
  Rng rng(3, "test");
  const auto config = spacing.farthest_draw(*compiled, 0, 1000, rng);
  ASSERT_TRUE(config);
  EXPECT_GT(config->number("x"), 0.99);
}

}  // namespace
}  // namespace luthier
