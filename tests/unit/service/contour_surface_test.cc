// The surface of a contour against the sum it stands for, and what it must look like.
#include "service/contour/contour_surface.h"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "luthier/rng.h"

namespace luthier {
namespace {

std::vector<ContourPoint> random_points(std::size_t count, std::uint64_t seed) {
  std::vector<ContourPoint> points;
  for (std::size_t i = 0; i < count; ++i) {
    Rng rng(seed, "contour", i);
    const double x = rng.uniform(0, 1);
    const double y = rng.uniform(0, 1);
    points.push_back({x, y, std::floor(10 * (x + y))});  // with equal values among them
  }
  return points;
}

// How many values are smaller, and half of the others that are equal.
double rank_of(const std::vector<ContourPoint>& points, double value) {
  double rank = -0.5;
  for (const ContourPoint& each : points) {
    rank += each.value < value ? 1 : each.value == value ? 0.5 : 0;
  }
  return rank;
}

TEST(ContourSurface, IsTheWeightedMeanOfRanks) {
  const auto points = random_points(50, 1);
  const auto cells = contour_surface({.cells = 7}, {.cells = 5}, points);
  ASSERT_EQ(cells.size(), 35U);
  std::vector<double> sorted;
  for (const ContourPoint& each : points) {
    sorted.push_back(each.value);
  }
  std::ranges::sort(sorted);
  for (std::size_t row = 0; row < 5; ++row) {
    for (std::size_t column = 0; column < 7; ++column) {
      const double x = (static_cast<double>(column) + 0.5) / 7;
      const double y = (static_cast<double>(row) + 0.5) / 5;
      double weights = 0;
      double sum = 0;
      double nearest = 10;
      for (const ContourPoint& each : points) {
        const double square = std::pow(each.x - x, 2) + std::pow(each.y - y, 2);
        const double weight = std::pow(square + 0.0016, -2);
        weights += weight;
        sum += weight * rank_of(points, each.value);
        nearest = std::min(nearest, std::sqrt(square));
      }
      const double rank = sum / weights;
      const auto below = static_cast<std::size_t>(rank);
      const double value =
          sorted[below] + (rank - std::floor(rank)) * (sorted[below + 1] - sorted[below]);
      const ContourCell& cell = cells[row * 7 + column];
      EXPECT_NEAR(cell.value, value, 1e-9);
      EXPECT_EQ(cell.has_data, nearest <= kContourReach);
    }
  }
}

TEST(ContourSurface, OneFarValueColoursOnlyWhatIsNearIt) {
  auto points = random_points(200, 2);
  const auto before = contour_surface({.cells = 20}, {.cells = 20}, points);
  points[0] = {0.05, 0.05, 1e9};
  const auto after = contour_surface({.cells = 20}, {.cells = 20}, points);
  EXPECT_GT(after[20 + 1].value, before[20 + 1].value);
  EXPECT_NEAR(after[399].value, before[399].value, 1);
}

TEST(ContourSurface, FindsWhereAPlantedFunctionIsBest) {
  std::vector<ContourPoint> points;
  for (std::size_t i = 0; i < 300; ++i) {
    Rng rng(5, "planted", i);
    const double x = rng.uniform(0, 1);
    const double y = rng.uniform(0, 1);
    points.push_back({x, y, std::pow(x - 0.7, 2) + std::pow(y - 0.2, 2) + rng.uniform(0, 0.02)});
  }
  const auto cells = contour_surface({.cells = 20}, {.cells = 20}, points);
  const auto best = std::ranges::min_element(cells, {}, &ContourCell::value) - cells.begin();
  EXPECT_NEAR(static_cast<double>(best % 20) / 20, 0.7, 0.11);
  EXPECT_NEAR(static_cast<double>(best / 20) / 20, 0.2, 0.11);
}

TEST(ContourSurface, BandsAreApart) {
  const std::vector<ContourPoint> points = {{0, 0.5, 1}, {2, 0.5, 9}};
  const auto cells = contour_surface({.cells = 3, .bands = true}, {.cells = 4}, points);
  for (std::size_t row = 0; row < 4; ++row) {
    EXPECT_EQ(cells[row * 3].value, 1);
    EXPECT_TRUE(std::isnan(cells[row * 3 + 1].value));
    EXPECT_FALSE(cells[row * 3 + 1].has_data);
    EXPECT_EQ(cells[row * 3 + 2].value, 9);
  }
  EXPECT_FALSE(cells[0].has_data) << "the trials are in the middle";
  const auto both = contour_surface(
      {.cells = 3, .bands = true}, {.cells = 1, .bands = true}, {{{0, 0, 1}, {0, 0, 3}}});
  EXPECT_EQ(both[0].value, 2);
  EXPECT_TRUE(both[0].has_data);
}

TEST(ContourSurface, OfOneTrialAndOfNone) {
  const auto one = contour_surface({.cells = 2}, {.cells = 2}, {{{0.25, 0.25, 4}}});
  EXPECT_EQ(one[0].value, 4);
  EXPECT_TRUE(one[0].has_data);
  EXPECT_EQ(one[3].value, 4);
  EXPECT_FALSE(one[3].has_data);
  EXPECT_TRUE(std::isnan(contour_surface({.cells = 1}, {.cells = 1}, {})[0].value));
}

}  // namespace
}  // namespace luthier
