// What TPE learns, on planted examples.
#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include <gtest/gtest.h>

#include "search/parzen/branches.h"
#include "search/points/sobol_sequence.h"
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

double distance(const Config& a, const Config& b) {
  return std::hypot(a.number("x") - b.number("x"), a.number("y") - b.number("y"));
}

TEST(Tpe, FindsThePlantedOptimumInBothDirections) {
  for (const Mode mode : {Mode::min, Mode::max}) {
    FakeView view(unit_square(), 3, mode);
    const auto searcher = make_searcher("tpe", {}, 3, mode);
    const Config optimum = {{"x", 0.8}, {"y", 0.2}};
    double best = 1;
    for (int i = 0; i < 80; ++i) {
      view.step(*searcher, [&](const Config& config) {
        best = std::min(best, distance(config, optimum));
        return distance(config, optimum) * (mode == Mode::min ? 1 : -1);
      });
    }
    EXPECT_LT(best, 0.03);
  }
}

TEST(Tpe, NonFiniteAndFailedTrialsAreNeverGood) {
  for (const double bad : {std::nan(""), -std::numeric_limits<double>::infinity()}) {
    FakeView view(unit_square(), 5);
    const auto searcher = make_searcher("tpe", {}, 5);
    int on_the_bad_side = 0;
    for (int i = 0; i < 80; ++i) {
      const Config config = std::get<Proposal>(view.ask(*searcher)).config;
      const bool left = config.number("x") < 0.5;
      const TrialId trial = view.add(*searcher, config);
      const bool fails = left && i % 2 == 0;
      view.report(*searcher, trial, fails ? -1000 : left ? bad : config.number("y"));
      view.end(*searcher, trial, fails ? TrialState::failed : TrialState::completed);
      on_the_bad_side += left && i >= 40 ? 1 : 0;
    }
    EXPECT_LT(on_the_bad_side, 8);
  }
}

TEST(Tpe, StoppedTrialsRankAfterCompletedOnes) {
  FakeView view(unit_square(), 6);
  const auto searcher = make_searcher("tpe", {}, 6);
  int on_the_stopped_side = 0;
  for (int i = 0; i < 80; ++i) {
    const Config config = std::get<Proposal>(view.ask(*searcher)).config;
    const bool left = config.number("x") < 0.5;
    const TrialId trial = view.add(*searcher, config);
    view.report(*searcher, trial, left ? -100 : config.number("y"));
    view.end(*searcher, trial, left ? TrialState::stopped : TrialState::completed);
    on_the_stopped_side += left && i >= 40 ? 1 : 0;
  }
  EXPECT_LT(on_the_stopped_side, 8);
}

// What trials that were stopped early reported tells roughly where it is good, not exactly.
TEST(Tpe, ProposesWiderOnceATrialWasStoppedEarly) {
  const auto nearest = [](TrialState of_the_last) {
    const Config optimum = {{"x", 0.5}, {"y", 0.5}};
    double sum = 0;
    for (std::uint64_t seed = 0; seed < 10; ++seed) {
      FakeView view(unit_square(), seed);
      const auto searcher = make_searcher("tpe", {}, seed);
      for (int i = 0; i < 60; ++i) {
        const auto suggestion = view.ask(*searcher);
        const TrialId trial = view.add(*searcher, std::get<Proposal>(suggestion).config);
        view.report(*searcher, trial, distance(view.config(trial), optimum));
        view.end(*searcher, trial, i == 59 ? of_the_last : TrialState::completed);
      }
      sum += distance(std::get<Proposal>(view.ask(*searcher)).config, optimum);
    }
    return sum / 10;
  };
  EXPECT_GT(nearest(TrialState::stopped), 1.5 * nearest(TrialState::completed));
}

TEST(Tpe, RunningTrialsRepel) {
  FakeView view(unit_square(), 7);
  const auto searcher = make_searcher("tpe", {}, 7);
  const Config optimum = {{"x", 0.5}, {"y", 0.5}};
  for (int i = 0; i < 60; ++i) {
    view.step(*searcher, [&](const Config& config) { return distance(config, optimum); });
  }
  const Config alone = std::get<Proposal>(view.ask(*searcher)).config;
  for (int i = 0; i < 30; ++i) {
    view.add(*searcher, alone);
  }
  const Config among = std::get<Proposal>(view.ask(*searcher)).config;
  EXPECT_GT(distance(among, alone), 0.02);
}

// Good is x near 0.1 in branch a, near 0.9 in branch b: only a joint model tells them apart.
TEST(Tpe, ModelsBranchesTogetherWithTheirParameters) {
  Space space;
  space.add("branch", choice({"a", "b"}));
  space.add("x", uniform(0, 1));
  space.add("extra", uniform(0, 1)).when("branch", "b");
  int fitting = 0;
  int counted = 0;
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    FakeView view(space, seed);
    const auto searcher = make_searcher("tpe", {}, seed);
    for (int i = 0; i < 100; ++i) {
      const auto trial = view.step(*searcher, [&](const Config& config) {
        const bool first = config.text("branch") == "a";
        return std::abs(config.number("x") - (first ? 0.1 : 0.9)) +
               (first ? 0.05 : 0.1 * std::abs(config.number("extra") - 0.5));
      });
      const Config config = view.config(*trial);
      const bool low = config.number("x") < 0.5;
      fitting += i >= 50 && low == (config.text("branch") == "a") ? 1 : 0;
      counted += i >= 50 ? 1 : 0;
    }
  }
  EXPECT_GT(fitting, counted * 8 / 10);  // modelled apart, about half
}

// Branch a looks better at first and is quickly exhausted; only searching b by itself finds its
// narrow optimum.
TEST(Tpe, SearchesABranchThatLooksWorse) {
  Space space;
  space.add("branch", choice({"a", "b"}));
  space.add("x", uniform(0, 1)).when("branch", "b");
  space.add("y", uniform(0, 1)).when("branch", "b");
  double least = 0.1;  // no two losses of branch a are the same
  const auto loss = [&](const Config& config) {
    return config.text("branch") == "a" ? least += 1e-9
                                        : 9 * (std::pow(config.number("x") - 0.8, 2) +
                                               std::pow(config.number("y") - 0.2, 2));
  };
  int found = 0;
  int found_without = 0;
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    for (const double share : {0.5, 0.0}) {
      FakeView view(space, seed);
      NamedValues options;
      options.set("branch_share", share);
      const auto searcher = make_searcher("tpe", options, seed);
      double best = 1;
      for (int i = 0; i < 80; ++i) {
        best = std::min(best, loss(view.config(*view.step(*searcher, loss))));
      }
      (share > 0 ? found : found_without) += best < 0.02 ? 1 : 0;
    }
  }
  EXPECT_GE(found, 9);
  EXPECT_LT(found_without, found);
}

TEST(History, AGoodTrialThatFailsAfterAPauseIsInNeitherDensity) {
  const auto space = CompiledSpace::compile(unit_square());
  parzen::History history(parzen::kernel_axes(*space), {});
  const std::vector<double> point = {0.25, 0.75};
  history.added(TrialId{1}, point);
  history.reported(TrialId{1}, 1, 0.5);
  history.paused(TrialId{1});
  ASSERT_EQ(history.good().size(), 1U);
  history.ended(TrialId{1}, TrialState::failed);
  EXPECT_EQ(history.good().size(), 0U);
  EXPECT_EQ(history.other().size(), 0U);
  EXPECT_TRUE(history.has_failed(TrialId{1}));
  EXPECT_EQ(history.observed(), 0);
  history.returned(TrialId{1}, point);
  EXPECT_FALSE(history.has_failed(TrialId{1}));
  history.ended(TrialId{1}, TrialState::completed);
  EXPECT_EQ(history.observed(), 1);
}

TEST(History, WhatNeverReportedANumberIsInNeitherDensity) {
  const auto space = CompiledSpace::compile(unit_square());
  parzen::History history(parzen::kernel_axes(*space), {});
  std::int64_t trial = 0;
  for (const double loss :
       {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity(), 1.0}) {
    history.added(TrialId{trial}, std::vector<double>{0.5, 0.5});
    history.reported(TrialId{trial}, 1, loss);
    history.ended(TrialId{trial++}, TrialState::completed);
  }
  EXPECT_EQ(history.good().size() + history.other().size(), 1U);
  EXPECT_EQ(history.failures(), 2);
}

TEST(Branches, ATrialThatChangesItsBranchLeavesTheOldOne) {
  Space declared = unit_square();
  declared.add("z", uniform(0, 1)).when("x < 0.5");
  const auto space = CompiledSpace::compile(std::move(declared));
  parzen::Branches branches(parzen::kernel_axes(*space), {});
  const std::vector<double> with = {0.25, 0.5, 0.5};
  const std::vector<double> without = {0.75, 0.5, std::nan("")};
  branches.added(TrialId{1}, with);
  branches.reported(TrialId{1}, 1, 0.5);
  branches.paused(TrialId{1});
  ASSERT_EQ(branches.find(parzen::branch_of(with))->observed(), 1);
  branches.returned(TrialId{1}, without);
  EXPECT_EQ(branches.find(parzen::branch_of(with))->observed(), 0);
  EXPECT_EQ(branches.find(parzen::branch_of(with))->good().size(), 0U);
  EXPECT_TRUE(branches.find(parzen::branch_of(without))->is_live(TrialId{1}));
}

TEST(Branches, AnEndedTrialThatRunsAgainElsewhereLeavesItsBranch) {
  Space declared = unit_square();
  declared.add("z", uniform(0, 1)).when("x < 0.5");
  const auto space = CompiledSpace::compile(std::move(declared));
  parzen::Branches branches(parzen::kernel_axes(*space), {});
  const std::vector<double> with = {0.25, 0.5, 0.5};
  const std::vector<double> without = {0.75, 0.5, std::nan("")};
  branches.added(TrialId{1}, with);
  branches.reported(TrialId{1}, 1, 0.5);
  branches.ended(TrialId{1}, TrialState::completed);
  branches.ended(TrialId{1}, TrialState::failed);  // resumed, without a result
  EXPECT_EQ(branches.find(parzen::branch_of(with))->good().size(), 0U);
  branches.returned(TrialId{1}, without);
  EXPECT_FALSE(branches.find(parzen::branch_of(with))->knows(TrialId{1}));
  EXPECT_TRUE(branches.find(parzen::branch_of(without))->is_live(TrialId{1}));
}

TEST(Tpe, StartsUpLongerWhereThereAreBranches) {
  Space branches = unit_square();
  branches.add("kind", choice({"a", "b"}));
  branches.add("extra", uniform(0, 1)).when("kind", "b");
  for (const auto& [space, expected] : {std::pair(unit_square(), 10), std::pair(branches, 15)}) {
    FakeView view(space, 4);
    const auto searcher = make_searcher("tpe", {}, 4);
    int draws = 0;
    for (int i = 0; i < 30; ++i) {
      draws += std::get<Proposal>(view.ask(*searcher)).reason == "start-up draw" ? 1 : 0;
      view.step(*searcher, [](const Config& config) { return config.number("x"); });
    }
    EXPECT_EQ(draws, expected);
  }
}

TEST(Sobol, EveryDimensionFillsEveryCellOnce) {
  const SobolSequence sequence(1200);
  for (const std::uint64_t seed : {0U, 1U, 99U}) {
    std::vector<std::vector<int>> hits(1200, std::vector<int>(256));
    for (std::uint64_t i = 0; i < 256; ++i) {
      const auto point = sequence.point(i, seed);
      for (std::size_t d = 0; d < point.size(); ++d) {
        ++hits[d][static_cast<std::size_t>(point[d] * 256)];
      }
    }
    for (const auto& dimension : hits) {
      EXPECT_TRUE(std::ranges::all_of(dimension, [](int n) { return n == 1; }));
    }
  }
}

}  // namespace
}  // namespace luthier
