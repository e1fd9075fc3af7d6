// What searcher dehb breeds: from whom, for which budget, and who takes whose place.
#include <cmath>
#include <set>
#include <vector>

#include <gmock/gmock.h>

#include "search/dehb/populations.h"
#include "support/fake_view_for_search.h"

namespace luthier {
namespace {

using dehb::Population;
using dehb::Populations;
using testing::FakeView;
using testing::make_searcher;
using ::testing::StartsWith;

Rng rng_of(std::uint64_t number) {
  return {1, "test", number};
}

// Trial t is at t / 100.
void train(Populations& populations,
           std::int64_t trial,
           const std::vector<double>& losses,
           TrialState state = TrialState::stopped) {
  populations.added({trial}, {static_cast<double>(trial) / 100});
  std::int64_t iteration = 0;
  for (const double loss : losses) {
    populations.report({trial}, ++iteration, loss);
  }
  populations.end({trial}, state);
}

std::set<std::int64_t> parents_of(const Populations& populations, const Population& population) {
  std::set<std::int64_t> out;
  for (std::uint64_t i = 0; i < 100; ++i) {
    Rng rng = rng_of(i);
    std::set<std::int64_t> three;
    for (const dehb::Member* each : populations.parents(population, rng)) {
      three.insert(each->trial.value);
    }
    EXPECT_EQ(three.size(), 3U);
    out.insert(three.begin(), three.end());
  }
  return out;
}

const Population& at_budget(const Populations& populations, std::int64_t budget) {
  for (std::uint64_t i = 0; i < 1000; ++i) {
    Rng rng = rng_of(i);
    const Population* found = populations.choose(1, rng);
    if (found != nullptr && found->budget == budget) {
      return *found;
    }
  }
  ADD_FAILURE() << "no population at " << budget;
  static const Population kNone;
  return kNone;
}

TEST(DehbPopulations, ATrialTakesThePlaceWhoseTurnItIsIfItIsNoWorse) {
  Populations populations({.size = 5});
  for (std::int64_t trial = 0; trial < 5; ++trial) {
    train(populations, trial, {10.0 - static_cast<double>(trial)});
  }
  const Population& population = at_budget(populations, 1);
  ASSERT_EQ(population.members.size(), 5U);
  EXPECT_EQ(population.turn_of({7}).trial.value, 2);
  train(populations, 7, {8.5});
  EXPECT_EQ(population.turn_of({7}).trial.value, 2) << "8.5 is worse than 8";
  train(populations, 12, {8});
  EXPECT_EQ(population.turn_of({7}).trial.value, 12);
  train(populations, 17, {std::nan("")});
  EXPECT_EQ(population.turn_of({7}).trial.value, 12);
  EXPECT_EQ(population.members.size(), 5U);
}

TEST(DehbPopulations, ATrialCompetesAtEveryBudgetThatItGetsTo) {
  Populations populations({.size = 20, .reduction_factor = 3});
  train(populations, 0, {9, 8, 7, 6});
  train(populations, 1, {9});
  EXPECT_EQ(at_budget(populations, 1).members.size(), 2U);
  ASSERT_EQ(at_budget(populations, 3).members.size(), 1U);
  EXPECT_EQ(at_budget(populations, 3).members.front().loss, 7);
  EXPECT_EQ(at_budget(populations, 3).most, 7U) << "20 / 3";
  train(populations, 2, {9, 8, 7, 6}, TrialState::completed);
  EXPECT_EQ(at_budget(populations, 4).members.front().loss, 6) << "the whole training";
}

TEST(DehbPopulations, ABudgetThatWasSteppedOverCountsAtTheNextResult) {
  Populations populations({.size = 20, .reduction_factor = 3});
  populations.added({0}, {0.5});
  populations.report({0}, 5, 2.0);
  populations.report({0}, 5, 1.0);
  EXPECT_EQ(at_budget(populations, 5).members.front().loss, 2) << "its first result there stands";
  populations.report({0}, 8, 0.0);
  EXPECT_EQ(at_budget(populations, 5).members.size(), 1U);
}

TEST(DehbPopulations, ParentsAreTheBestOfTheNextLowerBudget) {
  Populations populations({.size = 20, .reduction_factor = 3});
  for (std::int64_t trial = 0; trial < 20; ++trial) {
    train(populations, trial, {static_cast<double>(trial)});
  }
  for (std::int64_t trial = 20; trial < 30; ++trial) {
    train(populations, trial, {100, 100, 1});
  }
  EXPECT_EQ(parents_of(populations, at_budget(populations, 3)),
            (std::set<std::int64_t>{0, 1, 2, 3, 4, 5, 6}))
      << "as many as a population of 7 has";
  EXPECT_EQ(parents_of(populations, at_budget(populations, 1)).size(), 20U);
}

TEST(DehbPopulations, LowBudgetsAreBredForAsOftenAsHyperBandTrainsThem) {
  Populations populations({.size = 20, .reduction_factor = 3});
  for (std::int64_t trial = 0; trial < 5; ++trial) {
    train(populations, trial, {1, 1, 1});
  }
  int low = 0;
  for (std::uint64_t i = 0; i < 1000; ++i) {
    Rng rng = rng_of(i);
    low += populations.choose(4, rng)->budget == 1 ? 1 : 0;
  }
  EXPECT_NEAR(low, 750, 60);
  Rng rng = rng_of(0);
  EXPECT_EQ(populations.choose(6, rng), nullptr);
}

Space unit_cube() {
  Space space;
  for (const char* name : {"a", "b", "c", "d"}) {
    space.add(name, uniform(0, 1));
  }
  return space;
}

double squares(const Config& config) {
  double sum = 0;
  for (const auto& [name, value] : config) {
    sum += std::pow(*value.number() - 0.7, 2);
  }
  return sum;
}

double best_after(const NamedValues& options, int trials, std::uint64_t seed) {
  FakeView view(unit_cube(), seed);
  const auto searcher = make_searcher("dehb", options, seed);
  double best = 1e9;
  for (int i = 0; i < trials; ++i) {
    best = std::min(best, squares(view.config(view.step(*searcher, squares).value())));
  }
  return best;
}

// With the paper's settings.
TEST(Dehb, EvolutionFindsMoreThanDraws) {
  int wins = 0;
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const double bred = best_after({{"random_fraction", 0.0},
                                    {"guided_trials", 1e9},
                                    {"mutation", 0.5},
                                    {"crossover", 0.5},
                                    {"spacing", 1}},
                                   300,
                                   seed);
    wins += bred < best_after({{"random_fraction", 1.0}}, 300, seed) / 4 ? 1 : 0;
  }
  EXPECT_GE(wins, 4);
}

TEST(Dehb, ReasonsNameTheTargetAndItsBudget) {
  FakeView view(unit_cube());
  const auto searcher = make_searcher("dehb", {{"random_fraction", 0.0}, {"population", 4}});
  std::vector<std::string> reasons;
  for (int i = 0; i < 12; ++i) {
    const auto proposal = std::get<Proposal>(view.ask(*searcher));
    reasons.push_back(proposal.reason);
    const TrialId trial = view.add(*searcher, proposal.config);
    for (int k = 0; k < 4; ++k) {
      view.report(*searcher, trial, i + 10 * k);
    }
    view.end(*searcher, trial, TrialState::stopped);
  }
  EXPECT_EQ(reasons[3], "random: no population has enough members yet");
  EXPECT_THAT(reasons[4], StartsWith("child of trial 0, from a population of 4 at iteration"));
  EXPECT_THAT(reasons[11], ::testing::HasSubstr("from a population of 5 at iteration"));
}

TEST(Dehb, RandomTrialsKeepTheirShareAndGrowLater) {
  const auto bred = [](const NamedValues& options, int trials) {
    FakeView view(unit_cube(), 2);
    const auto searcher = make_searcher("dehb", options, 2);
    int count = 0;
    for (int i = 0; i < trials; ++i) {
      const auto proposal = std::get<Proposal>(view.ask(*searcher));
      count += proposal.reason.starts_with("child") ? 1 : 0;
      const TrialId trial = view.add(*searcher, proposal.config);
      view.report(*searcher, trial, squares(proposal.config));
      view.end(*searcher, trial);
    }
    return count;
  };
  EXPECT_EQ(bred({{"random_fraction", 0.0}, {"guided_trials", 1e9}}, 104), 100);
  EXPECT_NEAR(bred({{"random_fraction", 0.5}, {"guided_trials", 1e9}}, 204), 100, 20);
  EXPECT_LT(bred({{"random_fraction", 0.0}, {"guided_trials", 10.0}}, 204), 60);
}

}  // namespace
}  // namespace luthier
