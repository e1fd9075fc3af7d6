// Both methods rank planted functions right, seed after seed, and say nothing where there is
// nothing to say.
#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "laboratory/importance/fanova.h"
#include "laboratory/importance/ped_anova.h"
#include "planted.h"

namespace luthier {
namespace {

using test::Planted;

constexpr std::uint64_t kSeeds = 20;
constexpr std::size_t kTrials = 200;

std::vector<std::string> ranking(const ImportanceSample& sample, const std::vector<Share>& shares) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < shares.size(); ++i) {
    order.push_back(i);
  }
  std::ranges::sort(order, std::greater(), [&](std::size_t i) { return shares[i].value; });
  std::vector<std::string> names;
  for (const std::size_t i : order) {
    names.push_back(sample.axes[i].parameter);
  }
  return names;
}

double share_of(const ImportanceSample& sample,
                const std::vector<Share>& shares,
                const std::string& name) {
  const auto axis = std::ranges::find(sample.axes, name, &SampledAxis::parameter);
  return shares[static_cast<std::size_t>(axis - sample.axes.begin())].value;
}

void expect_order(const Planted& planted,
                  const ImportanceSample& sample,
                  const std::vector<Share>& shares) {
  auto names = ranking(sample, shares);
  names.resize(planted.order.size());
  EXPECT_EQ(names, planted.order) << planted.name;
}

TEST(PlantedFunctions, FanovaRanksThemRightWithEverySeed) {
  for (const Planted& planted : test::planted_functions()) {
    for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
      SCOPED_TRACE(planted.name + ", seed " + std::to_string(seed));
      const auto sample = sampled(planted, kTrials, seed);
      const Fanova result = fanova(sample, {.seed = seed, .trees = 16});
      expect_order(planted, sample, result.main);
      EXPECT_GT(result.explained, 0.25);
      for (const auto& dead : planted.dead) {
        EXPECT_LT(share_of(sample, result.main, dead), 0.06) << dead;
      }
    }
  }
}

TEST(PlantedFunctions, PedAnovaRanksThemRightWithEverySeed) {
  for (const Planted& planted : test::planted_functions()) {
    if (planted.best_order.empty()) {
      continue;
    }
    for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
      SCOPED_TRACE(planted.name + ", seed " + std::to_string(seed));
      const auto sample = sampled(planted, 1000, seed);
      const PedAnova result = ped_anova(sample, {.seed = seed, .resamples = 0, .choices = 9});
      EXPECT_EQ(ranking(sample, result.main).front(), planted.best_order.front());
      EXPECT_EQ(result.chance, 0);
      for (const auto& dead : planted.dead) {
        for (const auto& alive : planted.best_order) {
          EXPECT_LT(share_of(sample, result.main, dead), share_of(sample, result.main, alive));
        }
      }
    }
  }
}

TEST(PlantedFunctions, AnInteractionIsTheLargestPair) {
  const Planted planted = test::planted_functions()[3];
  ASSERT_EQ(planted.name, "together");
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    const auto sample = sampled(planted, 2 * kTrials, seed);
    const Fanova result = fanova(sample, {.seed = seed, .trees = 16, .pairs = true});
    const auto largest = std::ranges::max_element(
        result.pairs, {}, [](const PairShare& pair) { return pair.share.value; });
    EXPECT_EQ(sample.axes[largest->first].parameter, "a");
    EXPECT_EQ(sample.axes[largest->second].parameter, "b");
    EXPECT_GT(largest->share.value, share_of(sample, result.main, "a"));
  }
}

// The variance of a sum of independent parts divides exactly.
TEST(PlantedFunctions, SharesAreThoseOfTheVariance) {
  const Planted planted = test::planted_functions()[0];
  ASSERT_EQ(planted.name, "ranges");
  const auto sample = sampled(planted, 1000, 1);
  const Fanova result = fanova(sample);
  const double whole = 16 + 4 + 1;
  EXPECT_NEAR(share_of(sample, result.main, "rate"), 16 / whole, 0.05);
  EXPECT_NEAR(share_of(sample, result.main, "momentum"), 4 / whole, 0.05);
  EXPECT_NEAR(share_of(sample, result.main, "width"), 1 / whole, 0.03);
  for (const Share& share : result.main) {
    EXPECT_LE(share.low, share.value);
    EXPECT_GE(share.high, share.value);
    EXPECT_GE(share.low, 0);
    EXPECT_LE(share.high, 1);
  }
}

// Where trials lie does not decide what the shares are: a search that found the valley weighs it no
// more than the rest of the range.
TEST(PlantedFunctions, SharesAreThoseOfTheSpaceNotOfTheTrials) {
  Space space;
  space.add("x", uniform(0, 1));
  space.add("y", uniform(0, 1));
  const auto compiled = CompiledSpace::compile(space);
  std::vector<Config> configs;
  std::vector<double> losses;
  for (std::size_t i = 0; i < 1000; ++i) {
    Rng rng(3, "crowd", i);
    const double crowd = rng.uniform() < 0.7 ? 0.1 : 1;
    configs.push_back(compiled->decode(std::vector<double>{crowd * rng.uniform(), rng.uniform()}));
    losses.push_back(2 * test::number(configs.back(), "x") + test::number(configs.back(), "y"));
  }
  const auto sample = importance_sample(*compiled, configs, losses);
  EXPECT_NEAR(share_of(sample, fanova(sample).main, "x"), 0.8, 0.06);
}

TEST(PlantedFunctions, NothingIsFoundInNoise) {
  Space space;
  space.add("x", uniform(0, 1));
  space.add("kind", choice({"a", "b", "c", "d", "e", "f"}));
  space.add("rate", loguniform(1, 1000));
  const auto loss = [](const Config&, Rng& rng) { return rng.normal(); };
  const Planted noise{"noise", space, loss, {}, {}};
  int claims = 0;
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    const auto sample = sampled(noise, 200, seed);
    EXPECT_LT(fanova(sample, {.seed = seed, .trees = 16}).explained, 0.1);
    claims += ped_anova(sample, {.seed = seed, .resamples = 0}).chance > 0.02 ? 0 : 1;
  }
  EXPECT_LE(claims, 2);  // one in fifty is expected
}

bool equal(const std::vector<Share>& a, const std::vector<Share>& b) {
  return std::ranges::equal(a, b, [](const Share& one, const Share& other) {
    return one.value == other.value && one.low == other.low && one.high == other.high;
  });
}

TEST(PlantedFunctions, TheSeedDecidesEverything) {
  const auto sample = sampled(test::planted_functions()[5], 200, 1);
  EXPECT_TRUE(equal(fanova(sample, {.seed = 4}).main, fanova(sample, {.seed = 4}).main));
  EXPECT_FALSE(equal(fanova(sample, {.seed = 4}).main, fanova(sample, {.seed = 5}).main));
  EXPECT_TRUE(equal(ped_anova(sample, {.seed = 4}).main, ped_anova(sample, {.seed = 4}).main));
  EXPECT_FALSE(equal(ped_anova(sample, {.seed = 4}).main, ped_anova(sample, {.seed = 5}).main));
}

}  // namespace
}  // namespace luthier
