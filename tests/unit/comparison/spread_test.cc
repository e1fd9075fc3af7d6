// Quantiles, ranks and the bootstrap against plain definitions.
#include <algorithm>
#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "laboratory/comparison/statistics/bootstrap.h"
#include "laboratory/comparison/statistics/quantiles.h"
#include "laboratory/comparison/statistics/ranks.h"
#include "luthier/rng.h"

namespace luthier {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(Quantile, IsNumpysDefault) {
  const std::vector<double> values = {1, 2, 4, 8};
  EXPECT_EQ(quantile(values, 0), 1);
  EXPECT_EQ(quantile(values, 1), 8);
  EXPECT_DOUBLE_EQ(quantile(values, 0.5), 3);
  EXPECT_DOUBLE_EQ(quantile(values, 0.25), 1.75);
  EXPECT_DOUBLE_EQ(quantile(values, 0.9), 6.8);
}

TEST(Quantile, ToleratesInfinities) {
  EXPECT_EQ(median({1, kInfinity}), kInfinity);
  EXPECT_EQ(median({1, 2, kInfinity}), 2);
  EXPECT_EQ(median({-kInfinity, 3}), -kInfinity);
  EXPECT_EQ(median({-kInfinity, kInfinity}), 0);
  EXPECT_EQ(median({kInfinity, kInfinity}), kInfinity);
}

TEST(Ranks, CountWhatIsSmallerAndShareTies) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Rng rng(seed, "ranks");
    std::vector<double> values(1 + rng.below(20));
    for (double& each : values) {
      each = rng.below(10) == 0 ? kInfinity : static_cast<double>(rng.below(6));
    }
    const std::vector<double> rank = ranks(values);
    for (std::size_t i = 0; i < values.size(); ++i) {
      const auto smaller = std::ranges::count_if(values, [&](double v) { return v < values[i]; });
      const auto equal = std::ranges::count(values, values[i]);
      EXPECT_DOUBLE_EQ(rank[i],
                       static_cast<double>(smaller) + (1 + static_cast<double>(equal)) / 2);
    }
  }
}

// The same resamples drawn here, each sorted.
TEST(Bootstrap, IsThePercentilesOfResampledCentres) {
  for (const std::size_t size : {1U, 2U, 7U, 30U}) {
    Rng values_rng(size, "values");
    std::vector<double> values;
    for (std::size_t i = 0; i < size; ++i) {
      values.push_back(std::floor(values_rng.normal() * 4));
    }
    for (const Centre centre : {Centre::median, Centre::mean}) {
      std::vector<double> centres;
      for (std::uint64_t resample = 0; resample < Bootstrap::kResamples; ++resample) {
        Rng rng(0, "bootstrap", resample);
        std::vector<double> drawn;
        for (std::size_t i = 0; i < size; ++i) {
          drawn.push_back(values[rng.below(size)]);
        }
        centres.push_back(centre == Centre::median ? median(drawn) : mean(drawn));
      }
      std::ranges::sort(centres);
      const Spread spread = Bootstrap(size, centre).spread(values);
      EXPECT_NEAR(spread.low, quantile(centres, 0.025), 1e-12);
      EXPECT_NEAR(spread.high, quantile(centres, 0.975), 1e-12);
      EXPECT_NEAR(spread.centre, centre == Centre::median ? median(values) : mean(values), 1e-12);
    }
  }
}

// A band that holds the true median about as often as it says.
TEST(Bootstrap, CoversTheMedian) {
  const Bootstrap bootstrap(30, Centre::median);
  int covered = 0;
  constexpr int kTimes = 400;
  for (int time = 0; time < kTimes; ++time) {
    Rng rng(7, "coverage", static_cast<std::uint64_t>(time));
    std::vector<double> values;
    for (int i = 0; i < 30; ++i) {
      values.push_back(std::exp(rng.normal()));  // its median is 1
    }
    const Spread spread = bootstrap.spread(values);
    covered += spread.low <= 1 && 1 <= spread.high ? 1 : 0;
  }
  EXPECT_GT(covered, 0.91 * kTimes);
  EXPECT_LT(covered, 0.985 * kTimes);
}

TEST(Bootstrap, UnfinishedSeedsAreAtTheEnd) {
  const std::vector<double> values = {1, 2, 3, kInfinity, kInfinity};
  const Spread spread = Bootstrap(5, Centre::median).spread(values);
  EXPECT_EQ(spread.centre, 3);
  EXPECT_EQ(spread.quartile_3, kInfinity);
  EXPECT_EQ(spread.high, kInfinity);
  EXPECT_LE(spread.low, 2);
}

}  // namespace
}  // namespace luthier
