// The maths of the Parzen estimator against brute force, the standard library and numeric sums.
#include <cmath>
#include <numeric>

#include <gtest/gtest.h>

#include "search/parzen/elementary.h"
#include "search/parzen/mixture.h"
#include "search/parzen/truncated_normal.h"

namespace luthier::parzen {
namespace {

TEST(Elementary, ExponentialAndLogarithmAgreeWithTheLibrary) {
  Rng rng(1, "test");
  for (int i = 0; i < 20000; ++i) {
    const double x = rng.uniform(-700, 700);
    EXPECT_NEAR(exponential(x) / std::exp(x), 1, 1e-14) << x;
    const double y = std::exp(x);
    EXPECT_NEAR(logarithm(y), std::log(y), 1e-14 * std::max(1.0, std::abs(x))) << y;
    const double near_one = rng.uniform(0.5, 2);
    EXPECT_NEAR(logarithm(near_one), std::log(near_one), 1e-15);
  }
  EXPECT_EQ(exponential(0), 1);
  EXPECT_EQ(logarithm(1), 0);
  EXPECT_GT(exponential(-1e9), 0);
  EXPECT_TRUE(std::isfinite(exponential(1e9)));
}

TEST(Elementary, NormalTailAndMassAgreeWithErfc) {
  for (double z = 0; z < 30; z += 0.0137) {
    EXPECT_NEAR(upper_tail(z) / (0.5 * std::erfc(z * M_SQRT1_2)), 1, 3e-12) << z;
  }
  const auto above = [](double z) { return 0.5 * std::erfc(z * M_SQRT1_2); };
  for (double a = -8; a < 8; a += 0.37) {
    for (double b = a + 0.01; b < 9; b += 0.73) {
      const double exact = a > 0 ? above(a) - above(b) : above(-b) - above(-a);
      EXPECT_NEAR(normal_mass(a, b) / exact, 1, 1e-9) << a << " " << b;
    }
  }
}

TEST(TruncatedNormal, DensityIsNormalisedAndTheQuantileInvertsTheMass) {
  for (const double centre : {0.0, 0.03, 0.5, 0.77, 1.0}) {
    for (const double width : {0.01, 0.1, 1.0}) {
      const TruncatedNormal normal{.centre = centre, .width = width};
      constexpr int kCells = 20000;
      double sum = 0;
      for (int i = 0; i < kCells; ++i) {
        sum += normal.density((i + 0.5) / kCells) / kCells;
      }
      EXPECT_NEAR(sum, 1, 1e-5) << centre << " " << width;
      EXPECT_NEAR(normal.mass(0, 1), 1, 1e-12);
      for (double p = 0.001; p < 1; p += 0.0321) {
        EXPECT_NEAR(normal.mass(0, normal.quantile(p)), p, 1e-10) << centre << " " << width;
      }
      EXPECT_GE(normal.quantile(0), 0);
      EXPECT_LE(normal.quantile(1), 1);
    }
  }
}

// A density axis, one that is conditional, a stepped one and a categorical one.
const std::vector<KernelAxis> kAxes = {
    {.kind = KernelKind::density},
    {.kind = KernelKind::density, .conditional = true},
    {.kind = KernelKind::mass, .conditional = true, .step = 0.125},
    {.kind = KernelKind::levels, .step = 0.25},
};
double cell_low(std::size_t axis, double x) {
  return axis < 2 ? x : std::floor(x / kAxes[axis].step) * kAxes[axis].step;
}

// Coordinates; on stepped axes the middle of a cell; conditional ones are absent now and then.
std::vector<double> random_point(Rng& rng) {
  std::vector<double> point;
  for (std::size_t axis = 0; axis < kAxes.size(); ++axis) {
    const double x = rng.uniform();
    const bool absent = kAxes[axis].conditional && rng.below(3) == 0;
    point.push_back(absent ? std::nan("") : cell_low(axis, x) + kAxes[axis].step / 2);
  }
  return point;
}

Mixture::Points random_points(Rng& rng, std::size_t count) {
  Mixture::Points points{.count = count};
  for (std::size_t i = 0; i < count; ++i) {
    const auto point = random_point(rng);
    for (std::size_t axis = 0; axis < point.size(); ++axis) {
      points.x.push_back(point[axis]);
      points.low.push_back(cell_low(axis, point[axis]));
      points.high.push_back(cell_low(axis, point[axis]) + kAxes[axis].step);
    }
  }
  return points;
}

double brute_force(const Mixture& mixture, const Mixture::Points& points, std::size_t index) {
  double sum = mixture.prior_weight();
  double total = mixture.prior_weight();
  for (std::size_t c = 0; c < mixture.size(); ++c) {
    double product = mixture.weight(c);
    total += mixture.weight(c);
    for (std::size_t axis = 0; axis < kAxes.size(); ++axis) {
      const std::size_t at = index * kAxes.size() + axis;
      if (!std::isnan(points.x[at])) {
        product *= mixture.kernel(c, axis, points.x[at], points.low[at], points.high[at]);
      }
    }
    sum += product;
  }
  return std::log(sum / total);
}

TEST(Mixture, DensityIsTheSumOfProductsOfKernels) {
  Rng rng(2, "test");
  for (const int size : {0, 1, 2, 3, 5, 255, 256, 257, 700}) {
    Mixture mixture(kAxes, {});
    for (int i = 0; i < size; ++i) {
      mixture.add(random_point(rng), i, rng.uniform(0.1, 2));
    }
    const auto points = random_points(rng, 7);
    const auto values = mixture.log_densities(points, portable_kernels());
    for (std::size_t i = 0; i < points.count; ++i) {
      EXPECT_NEAR(values[i], brute_force(mixture, points, i), 1e-9) << size;
    }
  }
}

TEST(Mixture, Avx2AndPortableKernelsGiveTheSameBits) {
  if (!has_avx2()) {
    GTEST_SKIP() << "this machine has no AVX2";
  }
  Rng rng(3, "test");
  Mixture mixture(kAxes, {});
  for (int i = 0; i < 1000; ++i) {
    mixture.add(random_point(rng), i);
    const auto points = random_points(rng, 3);
    ASSERT_EQ(mixture.log_densities(points, portable_kernels()),
              mixture.log_densities(points, avx2_kernels()));
  }
}

void check_removing(const MixtureOptions& options) {
  Rng rng(4, "test");
  Mixture changing(kAxes, options);
  std::vector<std::vector<double>> kept;
  std::vector<std::int64_t> tags;
  for (int i = 0; i < 400; ++i) {
    if (!tags.empty() && rng.below(3) == 0) {
      const auto victim = static_cast<std::size_t>(rng.below(tags.size()));
      EXPECT_EQ(changing.tag(victim), tags[victim]);
      changing.remove(victim);
      kept[victim] = kept.back();
      tags[victim] = tags.back();
      kept.pop_back();
      tags.pop_back();
    } else {
      kept.push_back(random_point(rng));
      tags.push_back(i);
      changing.add(kept.back(), i);
    }
    Mixture fresh(kAxes, options);
    for (std::size_t c = 0; c < kept.size(); ++c) {
      fresh.add(kept[c], tags[c]);
    }
    const auto points = random_points(rng, 2);
    const auto expected = fresh.log_densities(points, portable_kernels());
    const auto got = changing.log_densities(points, portable_kernels());
    for (std::size_t p = 0; p < points.count; ++p) {
      ASSERT_NEAR(got[p], expected[p], 1e-12) << i;
    }
  }
}

TEST(Mixture, RemovingLeavesWhatAddingTheRestWouldMake) {
  check_removing({});
  check_removing({.spread = 0.8});
}

TEST(Mixture, SpreadIsTheLeastWidthAndFallsWithTheCount) {
  const std::vector<KernelAxis> line = {{.kind = KernelKind::density}};
  Mixture mixture(line, {});
  const auto width_is = [&](double width) {
    const TruncatedNormal normal{.centre = 0.1, .width = width};
    EXPECT_NEAR(mixture.kernel(0, 0, 0.3, 0.3, 0.3), normal.density(0.3), 1e-12);
  };
  for (int i = 0; i < 4; ++i) {
    mixture.add(std::vector<double>{0.1 + 0.01 * i}, i);
  }
  width_is(1.0 / 6);
  mixture.widen(0.8);
  width_is(0.8 * std::pow(4, -1.0 / 5));
  for (int i = 4; i < 8; ++i) {
    mixture.add(std::vector<double>{0.1 + 0.01 * i}, i);
  }
  width_is(0.8 * std::pow(8, -1.0 / 5));
}

TEST(Mixture, WidthIsTheGapToTheFartherNeighbourWithinBounds) {
  const std::vector<KernelAxis> line = {{.kind = KernelKind::density}};
  Mixture mixture(line, {});
  for (const double x : {0.1, 0.4, 0.5}) {
    mixture.add(std::vector<double>{x}, 0);
  }
  const auto width_is = [&](std::size_t component, double x, double width) {
    const TruncatedNormal normal{.centre = x, .width = width};
    EXPECT_NEAR(mixture.kernel(component, 0, 0.3, 0.3, 0.3), normal.density(0.3), 1e-12);
  };
  width_is(0, 0.1, 0.3);
  width_is(1, 0.4, 0.3);
  width_is(2, 0.5, 0.2);  // the gap is 0.1, but 1 / (3 + 2) the least
}

TEST(Mixture, DrawsFollowTheKernels) {
  Rng rng(5, "test");
  Mixture mixture(kAxes, {});
  mixture.add(std::vector<double>{0.3, 0.6, 0.3125, 0.375}, 0);
  mixture.add(std::vector<double>{0.4, std::nan(""), std::nan(""), 0.875}, 1);
  constexpr int kDraws = 100000;
  std::vector<double> counts(8);
  std::vector<double> levels(4);
  for (int i = 0; i < kDraws; ++i) {
    ++counts[static_cast<std::size_t>(mixture.draw(0, 2, rng.uniform()) * 8)];
    ++levels[static_cast<std::size_t>(mixture.draw(0, 3, rng.uniform()) * 4)];
    EXPECT_LT(mixture.draw(1, 1, rng.uniform()), 1);
  }
  for (std::size_t i = 0; i < 8; ++i) {
    const double low = static_cast<double>(i) / 8;
    const double expected = mixture.kernel(0, 2, low + 0.0625, low, low + 0.125) / 8;
    EXPECT_NEAR(counts[i] / kDraws, expected, 0.006);
  }
  for (std::size_t i = 0; i < 4; ++i) {
    const double low = static_cast<double>(i) / 4;
    EXPECT_NEAR(levels[i] / kDraws, mixture.kernel(0, 3, low + 0.125, low, low + 0.25) / 4, 0.006);
  }
}

}  // namespace
}  // namespace luthier::parzen
