// Coordinates of every kind of domain: round trips, cells, and probabilities against their
// definitions.
#include "core/space/distribution.h"

#include <cmath>
#include <map>
#include <numbers>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "core/space/domain_check.h"
#include "core/space/normal_distribution.h"
#include "luthier/rng.h"

namespace luthier {
namespace {

// A valid random domain of any kind that is an axis.
Domain random_domain(Rng& rng) {
  const auto integer = [&](std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(rng.below(static_cast<std::uint64_t>(high - low)));
  };
  const double low = std::exp(rng.uniform(-12, 5));
  const double step = std::pow(10.0, -static_cast<double>(integer(0, 6))) * double(integer(1, 9));
  const double start = step * static_cast<double>(integer(1, 50));
  const double last = start + step * rng.uniform(1.5, 500);
  const std::int64_t first = integer(1, 1000);
  switch (rng.below(12)) {
    case 0:
      return uniform(-low, rng.uniform(0, 1e6));
    case 1:
      return loguniform(low, low * rng.uniform(1.1, 1e9));
    case 2:
      return quniform(start - 30 * step, last, step);
    case 3:
      return qloguniform(start, last, step);
    case 4:
      return randint(-first, integer(0, 1000));
    case 5:
      return qrandint(-first, 3 * first, integer(1, first + 1));
    case 6:
      return lograndint(first, first + integer(1, 100000));
    case 7:
      return qlograndint(first, 4 * first, integer(1, first + 1));
    case 8:
      return normal(rng.uniform(-5, 5), low);
    case 9:
      return qnormal(rng.uniform(-5, 5), 1 + 20 * step, step);
    case 10:
      return choice({1, "a", 2.5, true, Value(), ValueList{1, 2}});
    default:
      return grid({1, 2, 5.5});
  }
}

TEST(Distribution, EveryKindGoesThereAndBack) {
  EXPECT_TRUE(rc::check([](std::uint64_t seed) {
    Rng rng(seed, "domain");
    const Domain domain = random_domain(rng);
    RC_ASSERT(domain_problems(domain).empty());
    const Distribution distribution(domain);
    for (int i = 0; i < 20; ++i) {
      const double u = i == 0 ? 0.0 : i == 1 ? 1 - 0x1p-53 : rng.uniform();
      const Value value = distribution.value(u);
      const auto back = distribution.coordinate(value);
      RC_ASSERT(back.has_value());
      RC_ASSERT(*back >= 0.0 && *back < 1.0);
      const auto [first, second] = distribution.cell(u);
      RC_ASSERT(first <= u);
      if (distribution.axis_kind() == AxisKind::continuous) {
        RC_ASSERT(std::abs(*back - u) < 1e-8);
        RC_ASSERT(second == u);
        continue;
      }
      RC_ASSERT(u < second);
      RC_ASSERT(distribution.value(first) == value);
      RC_ASSERT(distribution.value(std::nextafter(second, 0.0)) == value);
      RC_ASSERT(distribution.value(*back) == value);
      RC_ASSERT(second >= 1.0 || !(distribution.value(second) == value));
    }
  }));
}

TEST(Distribution, CellsTileTheUnitInterval) {
  EXPECT_TRUE(rc::check([](std::uint64_t seed) {
    Rng rng(seed, "domain");
    const Distribution distribution(random_domain(rng));
    RC_PRE(distribution.levels() > 0 && distribution.levels() < 3000);
    double at = 0;
    double previous = -HUGE_VAL;
    for (std::int64_t level = 0; level < distribution.levels(); ++level) {
      const auto [first, second] = distribution.cell(at);
      RC_ASSERT(first == at);
      RC_ASSERT(second > first);
      if (distribution.axis_kind() == AxisKind::ordinal) {
        const double number = *distribution.value(at).number();
        RC_ASSERT(number > previous);
        previous = number;
      }
      at = second;
    }
    RC_ASSERT(at == 1.0);
  }));
}

double share(const Distribution& distribution, const Value& value) {
  const auto [first, second] = distribution.cell(*distribution.coordinate(value));
  return second - first;
}

TEST(Distribution, LevelsHaveTheirShares) {
  const Distribution linear(quniform(0, 1, 0.25));
  const Distribution integers(randint(-2, 3));
  for (int k = 0; k < 5; ++k) {
    EXPECT_NEAR(share(linear, 0.25 * k), 0.2, 1e-15);
    EXPECT_NEAR(share(integers, k - 2), 0.2, 1e-15);
  }
  const Distribution logarithmic(lograndint(1, 9));
  for (int k = 1; k < 9; ++k) {
    EXPECT_NEAR(share(logarithmic, k), std::log((k + 1.0) / k) / std::log(9), 1e-14);
  }
  // Cells of 2, 4, 6: [4/3, 3), [3, 5), [5, 7).
  const Distribution steps(qlograndint(2, 6, 2));
  const double width = std::log(7 / (4.0 / 3));
  EXPECT_NEAR(share(steps, 2), std::log(3 / (4.0 / 3)) / width, 1e-14);
  EXPECT_NEAR(share(steps, 4), std::log(5.0 / 3) / width, 1e-14);
  EXPECT_NEAR(share(steps, 6), std::log(7.0 / 5) / width, 1e-14);
  const Distribution gauss(qnormal(1, 2, 0.5));
  EXPECT_NEAR(share(gauss, 1.5), normal_cdf(0.375) - normal_cdf(0.125), 1e-14);
}

TEST(Distribution, ContinuousKindsFollowTheirDensities) {
  const Distribution logarithmic(loguniform(1e-4, 1));
  EXPECT_EQ(*logarithmic.value(0).number(), 1e-4);
  EXPECT_NEAR(*logarithmic.value(0.5).number(), 1e-2, 1e-15);
  EXPECT_LT(*logarithmic.value(1 - 0x1p-53).number(), 1.0);
  const Distribution gauss(normal(10, 2));
  EXPECT_NEAR(*gauss.value(0.5).number(), 10, 1e-15);
  EXPECT_NEAR(*gauss.value(0.8413447460685429).number(), 12, 1e-12);
  EXPECT_TRUE(std::isfinite(*gauss.value(0).number()));
  EXPECT_TRUE(std::isfinite(*gauss.value(2).number()));
  const Distribution wide(uniform(-1.7e308, 1.7e308));
  EXPECT_NEAR(*wide.value(0.5).number(), 0, 1e292);
  EXPECT_NEAR(*wide.coordinate(8.5e307), 0.75, 1e-15);
}

TEST(Distribution, StepsAreExactDecimals) {
  const Distribution tenths(quniform(0, 1, 0.1));
  EXPECT_EQ(tenths.levels(), 11);
  EXPECT_EQ(tenths.value(0.3), Value(0.3));
  EXPECT_EQ(Distribution(quniform(0.05, 0.35, 0.1)).value(0.99), Value(0.35));
  EXPECT_EQ(Distribution(quniform(0, 1, 1.0 / 3)).levels(), 4);
  EXPECT_EQ(Distribution(quniform(1e-7, 1e-6, 1e-7)).value(0.25), Value(3e-7));
  EXPECT_EQ(Distribution(quniform(0, 1, 0.3)).value(0.99), Value(0.9));
  EXPECT_EQ(Distribution(qnormal(0, 10, 0.1)).coordinate(0.3).has_value(), true);
  EXPECT_EQ(Distribution(quniform(1e20, 3e20, 1e20)).levels(), 3);
}

TEST(Distribution, RefusesValuesOutsideTheDomain) {
  EXPECT_FALSE(Distribution(uniform(0, 1)).coordinate(1.5));
  EXPECT_FALSE(Distribution(uniform(0, 1)).coordinate(std::nan("")));
  EXPECT_FALSE(Distribution(uniform(0, 1)).coordinate("0.5"));
  EXPECT_FALSE(Distribution(uniform(0, 2)).coordinate(true));
  EXPECT_TRUE(Distribution(uniform(0, 1)).coordinate(1));
  EXPECT_FALSE(Distribution(randint(0, 5)).coordinate(5));
  EXPECT_FALSE(Distribution(randint(0, 5)).coordinate(1.5));
  EXPECT_TRUE(Distribution(randint(0, 5)).coordinate(1.0));
  EXPECT_FALSE(Distribution(quniform(0, 1, 0.1)).coordinate(0.25));
  EXPECT_FALSE(Distribution(choice({1, 2})).coordinate(true));
  EXPECT_TRUE(Distribution(choice({1, 2})).coordinate(2.0));
  EXPECT_FALSE(Distribution(qnormal(0, 1, 1)).coordinate(1e300));
}

TEST(Distribution, HugeIntegerRangesStayConsistent) {
  const Distribution wide(lograndint(1, std::int64_t{1} << 53));
  Rng rng(1, "wide");
  for (int i = 0; i < 2000; ++i) {
    const double u = rng.uniform();
    const auto [first, second] = wide.cell(u);
    ASSERT_LE(first, u);
    ASSERT_LT(u, second);
  }
}

TEST(Distribution, AxisKinds) {
  EXPECT_EQ(Distribution(choice({1, 2})).axis_kind(), AxisKind::categorical);
  EXPECT_EQ(Distribution(grid({1, 2})).axis_kind(), AxisKind::ordinal);
  EXPECT_EQ(Distribution(grid({2, 1})).axis_kind(), AxisKind::categorical);
  EXPECT_EQ(Distribution(grid({"a", "b"})).axis_kind(), AxisKind::categorical);
  EXPECT_EQ(Distribution(qnormal(0, 1, 1)).axis_kind(), AxisKind::ordinal);
  EXPECT_EQ(Distribution(qnormal(0, 1, 1)).levels(), 0);
  EXPECT_EQ(Distribution(normal(0, 1)).axis_kind(), AxisKind::continuous);
}

TEST(NormalDistribution, QuantileInvertsTheCdf) {
  for (double z = -8; z <= 8; z += 0.0625) {
    const double p = normal_cdf(z);
    EXPECT_NEAR(normal_cdf(normal_quantile(p)), p, 4e-16 + p * 1e-13) << z;
  }
  EXPECT_NEAR(normal_quantile(0.975), 1.959963984540054, 1e-15);
  EXPECT_NEAR(normal_quantile(1e-300), -37.0471, 1e-3);
  EXPECT_EQ(normal_quantile(0.5), 0.0);
  EXPECT_EQ(normal_quantile(0), -HUGE_VAL);
  EXPECT_EQ(normal_quantile(1), HUGE_VAL);
}

}  // namespace
}  // namespace luthier
