// TPE, GP and NSGA-II with several objectives: what they learn from, and that it helps.
#include <cmath>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/pareto/hypervolume.h"
#include "core/pareto/pareto_order.h"
#include "search/parzen/history.h"
#include "support/fake_view_for_search.h"

namespace luthier {
namespace {

using testing::FakeView;
using testing::make_searcher;

const std::vector<Objective> kObjectives = {{"f1", Mode::min}, {"f2", Mode::max}};

Space five_numbers() {
  Space space;
  for (const char* name : {"a", "b", "c", "d", "e"}) {
    space.add(name, uniform(0, 1));
  }
  return space;
}

// ZDT1 around 0.4 instead of a corner.
Losses zdt_like(const Config& config) {
  double sum = 0;
  for (const char* name : {"b", "c", "d", "e"}) {
    sum += std::abs(config.number(name) - 0.4);
  }
  const double g = 1 + 9 * sum / 4;
  return {config.number("a"), g * (1 - std::sqrt(config.number("a") / g))};
}

double hypervolume_after(std::string_view name, int trials, std::uint64_t seed) {
  FakeView view(five_numbers(), seed, kObjectives);
  const auto searcher = make_searcher(name, {}, seed, kObjectives);
  std::vector<Losses> found;
  for (int i = 0; i < trials; ++i) {
    view.run(*searcher, [&](const Config& config) {
      found.push_back(zdt_like(config));
      return Metrics{{"f1", found.back()[0]}, {"f2", -found.back()[1]}};
    });
  }
  return hypervolume(found, Losses{1.1, 6.0});
}

class OfSeveral : public ::testing::TestWithParam<std::string> {};

TEST_P(OfSeveral, DominatesMoreThanRandomSearchDoes) {
  double own = 0;
  double random = 0;
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    own += hypervolume_after(GetParam(), 100, seed);
    random += hypervolume_after("random", 100, seed);
  }
  EXPECT_GT(own, random + 5 * 0.15);
}

INSTANTIATE_TEST_SUITE_P(Searchers, OfSeveral, ::testing::Values("tpe", "nsga2", "gp", "auto"));

TEST(HistoryOfSeveral, TheGoodOnesAreTheFirstByFrontAndContribution) {
  const auto space = CompiledSpace::compile(five_numbers());
  parzen::History history(parzen::kernel_axes(*space), {.good_fraction = 0.25});
  Rng rng(3, "history test");
  std::vector<Losses> losses;
  for (std::int64_t i = 0; i < 40; ++i) {
    losses.push_back({rng.uniform(), rng.uniform()});
    history.added({i}, std::vector<double>(5, 0.5));
    history.reported({i}, 1, losses.back());
    history.ended({i}, TrialState::completed);
    const auto order = pareto_order(losses, history.good().size());
    ASSERT_EQ(order.size(), (losses.size() + 3) / 4);
    for (std::size_t k = 0; k < order.size(); ++k) {
      EXPECT_EQ(history.good().tag(k), static_cast<std::int64_t>(order[k])) << i;
    }
  }
  EXPECT_EQ(history.good().size() + history.other().size(), 40U);
}

TEST(HistoryOfSeveral, CompletedTrialsComeBeforeStoppedOnesThoseThatGotFartherFirst) {
  const auto space = CompiledSpace::compile(five_numbers());
  parzen::History history(parzen::kernel_axes(*space), {.good_fraction = 1});
  const auto run =
      [&](std::int64_t trial, std::int64_t iteration, Losses losses, TrialState state) {
        history.added({trial}, std::vector<double>(5, 0.5));
        history.reported({trial}, iteration, std::move(losses));
        history.ended({trial}, state);
      };
  run(0, 2, {1, 1}, TrialState::stopped);
  run(1, 4, {5, 5}, TrialState::stopped);
  run(2, 9, {9, 9}, TrialState::completed);
  run(3, 9, {8, 8}, TrialState::completed);
  ASSERT_EQ(history.good().size(), 4U);
  const std::vector<std::int64_t> expected = {3, 2, 1, 0};
  for (std::size_t k = 0; k < 4; ++k) {
    EXPECT_EQ(history.good().tag(k), expected[k]);
  }
}

TEST(HistoryOfSeveral, OneObjectiveWithoutANumberIsAFailure) {
  const auto space = CompiledSpace::compile(five_numbers());
  parzen::History history(parzen::kernel_axes(*space), {});
  history.added({0}, std::vector<double>(5, 0.5));
  history.reported({0}, 1, Losses{0.1, std::numeric_limits<double>::infinity()});
  history.ended({0}, TrialState::completed);
  EXPECT_TRUE(history.has_failed({0}));
  EXPECT_EQ(history.good().size() + history.other().size(), 0U);
}

}  // namespace
}  // namespace luthier
