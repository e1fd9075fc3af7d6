// The facts were computed by scipy 1.17.1 (stats.wilcoxon without continuity correction,
// stats.binomtest).
#include "laboratory/comparison/statistics/paired_tests.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "laboratory/comparison/statistics/ranks.h"
#include "luthier/rng.h"

namespace luthier {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Every choice of signs, one by one.
double p_by_enumeration(const std::vector<double>& differences) {
  std::vector<double> sizes;
  for (const double each : differences) {
    if (each != 0) {
      sizes.push_back(std::fabs(each));
    }
  }
  if (sizes.empty()) {
    return 1;
  }
  const std::vector<double> rank = ranks(sizes);
  double positive = 0;
  double all = 0;
  std::size_t used = 0;
  for (const double each : differences) {
    if (each != 0) {
      positive += each > 0 ? rank[used] : 0;
      all += rank[used++];
    }
  }
  const double statistic = std::min(positive, all - positive);
  std::int64_t as_small = 0;
  const std::int64_t choices = std::int64_t{1} << used;
  for (std::int64_t signs = 0; signs < choices; ++signs) {
    double sum = 0;
    for (std::size_t i = 0; i < used; ++i) {
      sum += (signs >> i) & 1 ? rank[i] : 0;
    }
    as_small += sum <= statistic ? 1 : 0;
  }
  return std::min(1.0, 2 * static_cast<double>(as_small) / static_cast<double>(choices));
}

std::vector<double> formula(int count) {
  std::vector<double> out;
  for (int i = 0; i < count; ++i) {
    out.push_back((((i * 7919) % 1009) - 480) / 100.0);
  }
  return out;
}

TEST(SignedRank, AgreesWithScipyExactly) {
  const std::vector<double> classic = {6, 8, 14, 16, 23, 24, 28, 29, 41, -48, 49, 56, 60, -67, 75};
  EXPECT_EQ(signed_rank_test(classic).statistic, 24);
  EXPECT_DOUBLE_EQ(signed_rank_test(classic).p, 0.041259765625);
  const std::vector<double> ties = {1, 1, -1, 2, 2, 2, -3, 4, 5, 5};
  EXPECT_EQ(signed_rank_test(ties).statistic, 9);
  EXPECT_DOUBLE_EQ(signed_rank_test(ties).p, 0.06640625);
  const std::vector<double> zeros = {0, 0, 1.5, -0.5, 2.5, 3.5, -4.5, 0};
  EXPECT_EQ(signed_rank_test(zeros).used, 5);
  EXPECT_DOUBLE_EQ(signed_rank_test(zeros).p, 0.8125);
  const PairedTest fifty = signed_rank_test(formula(50));
  EXPECT_TRUE(fifty.exact);
  EXPECT_EQ(fifty.statistic, 561);
  EXPECT_NEAR(fifty.p, 0.46647302992520423, 1e-13);
}

TEST(SignedRank, AgreesWithScipysNormalApproximation) {
  const PairedTest large = signed_rank_test(formula(120));
  EXPECT_FALSE(large.exact);
  EXPECT_EQ(large.statistic, 3172);
  EXPECT_NEAR(large.p, 0.2912244430832184, 1e-12);
  std::vector<double> ties;
  for (int i = 0; i < 150; ++i) {
    ties.push_back(((i * 37) % 21) - 8);
  }
  EXPECT_EQ(signed_rank_test(ties).statistic, 3317);
  EXPECT_NEAR(signed_rank_test(ties).p, 0.00022097810782731496, 1e-15);
}

TEST(SignedRank, AgreesWithEnumeration) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    Rng rng(seed, "differences");
    std::vector<double> differences(1 + rng.below(12));
    for (double& each : differences) {
      // Few values, so that there are ties and zeros; now and then an infinity.
      each = static_cast<double>(rng.below(9)) - 3;
      each = each == 5 ? kInfinity : each;
    }
    EXPECT_NEAR(signed_rank_test(differences).p, p_by_enumeration(differences), 1e-12) << seed;
  }
}

TEST(SignedRank, KnowsNoDirection) {
  std::vector<double> differences = formula(31);
  const double p = signed_rank_test(differences).p;
  for (double& each : differences) {
    each = -each;
  }
  EXPECT_EQ(signed_rank_test(differences).p, p);
}

TEST(SignedRank, NothingUsedSaysNothing) {
  EXPECT_EQ(signed_rank_test({}).p, 1);
  const std::vector<double> same = {0, 0, 0};
  EXPECT_EQ(signed_rank_test(same).p, 1);
  EXPECT_EQ(signed_rank_test(same).used, 0);
}

TEST(SignTest, AgreesWithScipy) {
  const auto p = [](int positive, int all) {
    std::vector<double> signs(static_cast<std::size_t>(all), -1.0);
    std::fill_n(signs.begin(), positive, 1e300);
    signs.push_back(0);
    return sign_test(signs).p;
  };
  EXPECT_DOUBLE_EQ(p(1, 9), 0.0390625);
  EXPECT_DOUBLE_EQ(p(3, 20), 0.0025768280029296875);
  EXPECT_EQ(p(10, 20), 1);
  EXPECT_EQ(p(17, 20), p(3, 20));
  EXPECT_GT(p(2500, 5000), 0.99);  // 2^-5000 is no double
}

TEST(Holm, MultipliesByWhatIsLeftAndNeverFalls) {
  const std::vector<double> p = {0.04, 0.01, 0.03, 0.005};
  const std::vector<double> adjusted = holm(p);
  EXPECT_DOUBLE_EQ(adjusted[3], 0.02);
  EXPECT_DOUBLE_EQ(adjusted[1], 0.03);
  EXPECT_DOUBLE_EQ(adjusted[2], 0.06);
  EXPECT_DOUBLE_EQ(adjusted[0], 0.06);  // 0.04 alone would fall below the one before
  const std::vector<double> large = {0.9, 0.8};
  EXPECT_EQ(holm(large), (std::vector<double>{1, 1}));
  EXPECT_TRUE(holm({}).empty());
}

TEST(FewestPairs, IsTheFirstCountThatCanReachTheLevel) {
  EXPECT_EQ(fewest_pairs(1, 0.05), 6);
  EXPECT_EQ(fewest_pairs(3, 0.05), 7);
  EXPECT_EQ(fewest_pairs(10, 0.05), 9);
  const auto least_p = [](std::int64_t pairs) {
    return signed_rank_test(std::vector<double>(static_cast<std::size_t>(pairs), 1.0)).p;
  };
  EXPECT_LE(least_p(6), 0.05);
  EXPECT_GT(least_p(5), 0.05);
}

}  // namespace
}  // namespace luthier
