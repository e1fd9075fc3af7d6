#include "search/gp/replicates.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "luthier/rng.h"
#include "support/fake_view_for_search.h"

namespace luthier {
namespace {

using gp::Replicates;
using testing::FakeView;
using testing::make_searcher;

const std::vector<double> kHere = {0.25, std::numeric_limits<double>::quiet_NaN()};
const std::vector<double> kThere = {0.25, 0.5};

TEST(Replicates, OnlyLossesOfOnePlaceThatDifferShowNoise) {
  Replicates replicates;
  replicates.completed(kHere, 3, 1);
  replicates.completed(kThere, 3, 2);
  EXPECT_FALSE(replicates.are_known());
  replicates.completed(kHere, 3, 1);
  EXPECT_TRUE(replicates.are_known());
  EXPECT_FALSE(replicates.differ());
  replicates.completed(kThere, 3, 2.5);
  EXPECT_TRUE(replicates.differ());
}

TEST(Replicates, AnotherLengthOfTrainingOrNoFiniteLossSaysNothing) {
  Replicates replicates;
  replicates.completed(kHere, 3, std::numeric_limits<double>::infinity());
  replicates.completed(kHere, 3, 1);
  replicates.completed(kHere, 4, 2);
  replicates.completed(kHere, 3, std::numeric_limits<double>::quiet_NaN());
  EXPECT_FALSE(replicates.are_known());
  EXPECT_FALSE(replicates.differ());
}

struct Search {
  int repeated = 0;  // trials at a place that was tried before
  int told = 0;      // proposals that say they are a second try
  double nearest = std::numeric_limits<double>::infinity();  // distance from the minimum
};

double bowl(const Config& config) {
  return std::pow(config.number("x") - 0.3, 2) + std::pow(config.number("y") - 0.6, 2);
}

// `noise`: the deviation of what is added to the losses.
Search run_on_bowl(double noise, std::uint64_t seed) {
  Space space;
  space.add("x", uniform(0, 1));
  space.add("y", uniform(0, 1));
  FakeView view(space, seed);
  const auto searcher = make_searcher("gp", {}, seed);
  Rng rng(seed, "replicates_test");
  Search out;
  std::vector<Config> tried;
  for (int i = 0; i < 60; ++i) {
    const auto proposal = std::get<Proposal>(view.ask(*searcher));
    out.told += proposal.reason.find("once more") == std::string::npos ? 0 : 1;
    out.repeated += std::ranges::find(tried, proposal.config) == tried.end() ? 0 : 1;
    tried.push_back(proposal.config);
    const TrialId trial = view.add(*searcher, proposal.config);
    view.report(*searcher, trial, bowl(proposal.config) + noise * rng.normal());
    view.end(*searcher, trial);
    out.nearest = std::min(out.nearest, std::sqrt(bowl(proposal.config)));
  }
  return out;
}

TEST(Replicates, NoisyLossesGetOneSecondTryAndItsReasonSaysSo) {
  int told = 0;
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const Search run = run_on_bowl(0.1, seed);
    EXPECT_EQ(run.repeated, run.told) << seed;
    EXPECT_LE(run.told, 1) << seed;
    EXPECT_LT(run.nearest, 0.2) << seed;
    told += run.told;
  }
  EXPECT_GE(told, 4);
}

TEST(Replicates, SmoothLossesGetNone) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    EXPECT_EQ(run_on_bowl(0, seed).repeated, 0) << seed;
  }
}

}  // namespace
}  // namespace luthier
