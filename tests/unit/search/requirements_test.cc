// Requirements in searchers: infeasible trials rank after all others, by what they miss.
#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/state/ranked_loss.h"
#include "search/cmaes/members.h"
#include "search/gp/ranking.h"
#include "search/parzen/history.h"
#include "support/fake_view_for_search.h"

namespace luthier {
namespace {

using testing::FakeView;
using ::testing::HasSubstr;
using testing::make_searcher;

const std::vector<Objective> kObjectives = {{"loss", Mode::min}};

Space numbers() {
  Space space;
  for (const char* name : {"a", "b", "c"}) {
    space.add(name, uniform(0, 1));
  }
  return space;
}

struct Found {
  int feasible = 0;  // of the later half of the trials
  int first = -1;    // the first feasible trial
};

// The loss draws to where a and b are 0, and both have to be above a bound.
Found search(std::string_view name, int trials, double bound, std::uint64_t seed) {
  FakeView view(numbers(), seed, kObjectives);
  view.judge_by([&](const Metrics& metrics) {
    return std::vector<double>{bound - metrics.number("a"), bound - metrics.number("b")};
  });
  const auto searcher = make_searcher(name, {}, seed, kObjectives);
  Found found;
  for (int i = 0; i < trials; ++i) {
    const auto trial = view.run(*searcher, [](const Config& config) {
      const double a = config.number("a");
      const double b = config.number("b");
      return Metrics{{"loss", a + b + std::abs(config.number("c") - 0.3)}, {"a", a}, {"b", b}};
    });
    const Config config = view.config(*trial);
    const bool is_feasible = std::min(config.number("a"), config.number("b")) >= bound;
    found.feasible += is_feasible && i >= trials / 2 ? 1 : 0;
    found.first = is_feasible && found.first < 0 ? i : found.first;
  }
  return found;
}

struct SearcherCase {
  std::string name;
  int trials;
};

class WithRequirements : public ::testing::TestWithParam<SearcherCase> {};

TEST_P(WithRequirements, MeetsThemMoreOftenThanRandomSearch) {
  int own = 0;
  int random = 0;
  for (std::uint64_t seed = 0; seed < 3; ++seed) {
    own += search(GetParam().name, GetParam().trials, 0.4, seed).feasible;
    random += search("random", GetParam().trials, 0.4, seed).feasible;
  }
  EXPECT_GT(own, random + GetParam().trials / 5);
}

INSTANTIATE_TEST_SUITE_P(Searchers,
                         WithRequirements,
                         ::testing::Values(SearcherCase{"tpe", 100},
                                           SearcherCase{"gp", 40},
                                           SearcherCase{"cmaes", 100},
                                           SearcherCase{"nsga2", 100},
                                           SearcherCase{"bohb", 100},
                                           SearcherCase{"auto", 40}),
                         [](const auto& each) { return each.param.name; });

class FromWhatIsMissed : public ::testing::TestWithParam<SearcherCase> {};

// A draw is feasible in one of 400 cases; what the others miss shows the way.
TEST_P(FromWhatIsMissed, FindsWhatIsFeasible) {
  int found = 0;
  for (std::uint64_t seed = 0; seed < 4; ++seed) {
    found += search(GetParam().name, GetParam().trials, 0.95, seed).first >= 0 ? 1 : 0;
  }
  EXPECT_GE(found, 3);
}

INSTANTIATE_TEST_SUITE_P(Searchers,
                         FromWhatIsMissed,
                         ::testing::Values(SearcherCase{"tpe", 100},
                                           SearcherCase{"gp", 40},
                                           SearcherCase{"cmaes", 250},
                                           SearcherCase{"nsga2", 250}),
                         [](const auto& each) { return each.param.name; });

struct Case {
  std::int64_t trial;
  double loss;
  double violation;
  TrialState state;
};
// In the order that they have to take.
const std::vector<Case> kOrder = {{4, 9, 0, TrialState::completed},
                                  {0, 7, 0, TrialState::stopped},
                                  {3, 5, 0.5, TrialState::completed},
                                  {1, 1, 2, TrialState::completed},
                                  {2, 0, 0.1, TrialState::stopped}};

std::vector<Case> by_number() {
  std::vector<Case> cases = kOrder;
  std::ranges::sort(cases, {}, &Case::trial);
  return cases;
}

TEST(HistoryWithRequirements, InfeasibleTrialsComeAfterStoppedOnes) {
  const auto space = CompiledSpace::compile(numbers());
  parzen::History history(parzen::kernel_axes(*space), {.good_fraction = 1});
  for (const Case& each : by_number()) {
    history.added({each.trial}, std::vector<double>(3, 0.5));
    history.reported({each.trial}, 4, ranked_loss(each.loss, each.violation));
    history.ended({each.trial}, each.state);
  }
  ASSERT_EQ(history.good().size(), kOrder.size());
  for (std::size_t i = 0; i < kOrder.size(); ++i) {
    EXPECT_EQ(history.good().tag(i), kOrder[i].trial) << i;
  }
}

TEST(MembersWithRequirements, InfeasibleTrialsComeAfterStoppedOnes) {
  cmaes::Members members;
  for (const Case& each : by_number()) {
    members.add({.trial = each.trial});
    members.report({each.trial}, 4, ranked_loss(each.loss, each.violation));
    members.end({each.trial}, each.state);
  }
  const auto taken = members.take(kOrder.size());
  for (std::size_t i = 0; i < kOrder.size(); ++i) {
    EXPECT_EQ(taken[i].trial, kOrder[i].trial) << i;
  }
}

}  // namespace
}  // namespace luthier
