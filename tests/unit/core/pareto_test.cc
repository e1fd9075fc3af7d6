// Fronts, hypervolume and the order they give, against definitions taken literally.
#include <algorithm>
#include <cmath>
#include <limits>
#include <ranges>

#include <gtest/gtest.h>

#include "core/pareto/hypervolume.h"
#include "core/pareto/pareto_order.h"
#include "luthier/rng.h"

namespace luthier {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Coarse values, so that ties and equal points occur.
std::vector<Losses> random_points(std::size_t count, std::size_t objectives, std::uint64_t seed) {
  Rng rng(seed, "pareto test");
  std::vector<Losses> points(count);
  for (Losses& point : points) {
    for (std::size_t i = 0; i < objectives; ++i) {
      point.push_back(std::floor(rng.uniform() * 12) / 12);
    }
  }
  return points;
}

std::vector<std::size_t> peeled(const std::vector<Losses>& points) {
  constexpr std::size_t kNone = 1000;
  std::vector<std::size_t> front_of(points.size(), kNone);
  for (std::size_t front = 0; std::ranges::count(front_of, kNone) > 0; ++front) {
    const std::vector<std::size_t> before = front_of;
    for (std::size_t i = 0; i < points.size(); ++i) {
      bool dominated = false;
      for (std::size_t j = 0; j < points.size(); ++j) {
        dominated = dominated || (before[j] == kNone && dominates(points[j], points[i]));
      }
      if (before[i] == kNone && !dominated) {
        front_of[i] = front;
      }
    }
  }
  return front_of;
}

// Counts the cells of a grid that lie in the dominated part: exact for points on the grid.
double counted(const std::vector<Losses>& points, std::size_t objectives) {
  const std::size_t cells = 12;
  std::size_t total = 1;
  for (std::size_t i = 0; i < objectives; ++i) {
    total *= cells;
  }
  std::size_t inside = 0;
  for (std::size_t cell = 0; cell < total; ++cell) {
    Losses corner;
    for (std::size_t i = 0, rest = cell; i < objectives; ++i, rest /= cells) {
      corner.push_back((static_cast<double>(rest % cells) + 0.5) / 12);
    }
    inside += std::ranges::any_of(points, [&](const Losses& p) { return dominates(p, corner); });
  }
  return static_cast<double>(inside) / static_cast<double>(total);
}

TEST(Fronts, AreThoseThatPeelingLeaves) {
  for (std::size_t objectives = 1; objectives <= 4; ++objectives) {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      const auto points = random_points(40, objectives, seed);
      EXPECT_EQ(fronts_of(points), peeled(points)) << objectives << " " << seed;
    }
  }
}

TEST(Fronts, EqualPointsAreInOneFront) {
  const std::vector<Losses> points = {{1, 2}, {1, 2}, {1, 3}, {0, 3}};
  EXPECT_EQ(fronts_of(points), (std::vector<std::size_t>{0, 0, 1, 0}));
}

TEST(Fronts, InfinityIsWorseThanEveryNumber) {
  const std::vector<Losses> points = {
      {1, kInfinity}, {1, 5}, {kInfinity, kInfinity}, {0, kInfinity}};
  EXPECT_EQ(fronts_of(points), (std::vector<std::size_t>{1, 0, 2, 0}));
}

TEST(Hypervolume, IsTheShareOfTheCellsDominated) {
  for (std::size_t objectives = 1; objectives <= 4; ++objectives) {
    const Losses reference(objectives, 1.0);
    for (std::uint64_t seed = 0; seed < 10; ++seed) {
      const auto points = random_points(8, objectives, seed);
      EXPECT_NEAR(hypervolume(points, reference), counted(points, objectives), 1e-12);
    }
  }
}

TEST(Hypervolume, AContributionIsWhatGoesWithThePoint) {
  for (std::size_t objectives = 1; objectives <= 4; ++objectives) {
    const Losses reference(objectives, 1.0);
    const auto points = random_points(7, objectives, 3);
    const auto contributions = hypervolume_contributions(points, reference);
    for (std::size_t i = 0; i < points.size(); ++i) {
      auto others = points;
      others.erase(others.begin() + static_cast<std::ptrdiff_t>(i));
      const double lost = counted(points, objectives) - counted(others, objectives);
      EXPECT_NEAR(contributions[i], lost, 1e-12);
    }
  }
}

TEST(Hypervolume, BeyondTheReferenceThereIsNone) {
  const std::vector<Losses> points = {{2, 0}, {0, 1}, {kInfinity, 0}};
  EXPECT_EQ(hypervolume(points, Losses{1, 1}), 0);
  EXPECT_EQ(hypervolume({}, Losses{1, 1, 1}), 0);
}

TEST(Crowding, IsTheGapBetweenNeighbours) {
  const std::vector<Losses> front = {{0, 4}, {1, 1}, {4, 0}};
  EXPECT_EQ(crowding_distances(front), (std::vector<double>{kInfinity, 2, kInfinity}));
}

// Within a front: the point that adds most to those taken, found by trying each.
std::vector<std::size_t> greedy(std::vector<Losses> points) {
  const auto front_of = peeled(points);
  std::vector<std::size_t> order;
  for (std::size_t front = 0; order.size() < points.size(); ++front) {
    std::vector<std::size_t> left;
    for (std::size_t i = 0; i < points.size(); ++i) {
      if (front_of[i] == front) {
        left.push_back(i);
      }
    }
    std::vector<Losses> members;
    for (const std::size_t i : left) {
      members.push_back(points[i]);
    }
    Losses reference;
    for (std::size_t axis = 0; axis < points[0].size(); ++axis) {
      double low = kInfinity;
      double high = -kInfinity;
      for (const Losses& member : members) {
        low = std::min(low, member[axis]);
        high = std::max(high, member[axis]);
      }
      reference.push_back(high + 0.1 * (high > low ? high - low : 1));
    }
    std::vector<Losses> taken;
    while (!left.empty()) {
      const auto best = std::ranges::max_element(left, {}, [&](std::size_t i) {
        return std::round(1e9 * hypervolume_added(points[i], taken, reference));
      });
      taken.push_back(points[*best]);
      order.push_back(*best);
      left.erase(best);
    }
  }
  return order;
}

// Values without ties, so that rounding decides nothing.
std::vector<Losses> fine_points(std::size_t count, std::size_t objectives, std::uint64_t seed) {
  Rng rng(seed, "pareto order test");
  std::vector<Losses> points(count, Losses(objectives));
  for (Losses& point : points) {
    for (double& loss : point) {
      loss = rng.uniform();
    }
  }
  return points;
}

TEST(ParetoOrder, IsByFrontThenByWhatEachAdds) {
  for (std::size_t objectives = 2; objectives <= 4; ++objectives) {
    for (std::uint64_t seed = 0; seed < 10; ++seed) {
      const auto points = fine_points(25, objectives, seed);
      EXPECT_EQ(pareto_order(points), greedy(points)) << objectives << " " << seed;
    }
  }
}

TEST(ParetoOrder, DoesNotDependOnTheUnitOfAnObjective) {
  const auto points = fine_points(40, 2, 5);
  auto other = points;
  for (Losses& point : other) {
    point = {point[0] * 1024 + 4096, point[1] / 1024};
  }
  EXPECT_EQ(pareto_order(points), pareto_order(other));
}

TEST(ParetoOrder, OfOneObjectiveIsTheOrderOfTheLosses) {
  const std::vector<Losses> points = {{3}, {1}, {kInfinity}, {2}, {1}};
  EXPECT_EQ(pareto_order(points), (std::vector<std::size_t>{1, 4, 3, 0, 2}));
}

TEST(ParetoOrder, PutsWhatIsNotFiniteLast) {
  const std::vector<Losses> points = {{0, kInfinity}, {5, 5}, {kInfinity, 0}, {6, 6}};
  EXPECT_EQ(pareto_order(points), (std::vector<std::size_t>{1, 3, 0, 2}));
}

TEST(ParetoOrder, TheBestFewAreTheFirstOfAll) {
  for (std::size_t objectives = 1; objectives <= 6; ++objectives) {
    const auto points = fine_points(60, objectives, 9);
    const auto all = pareto_order(points);
    for (std::size_t most : {0, 1, 7, 60, 100}) {
      const auto few = pareto_order(points, most);
      ASSERT_EQ(few.size(), std::min<std::size_t>(most, 60));
      EXPECT_TRUE(std::ranges::equal(few, all | std::views::take(few.size()))) << objectives;
    }
  }
}

TEST(ParetoOrder, TakesTheLargestNumbersThereAre) {
  constexpr double kMost = std::numeric_limits<double>::max();
  const std::vector<Losses> points = {{-kMost, kMost}, {0, 0}, {kMost, -kMost}, {kMost, kMost}};
  EXPECT_EQ(pareto_order(points).front(), 1U);
  EXPECT_EQ(pareto_order(points).back(), 3U);
}

TEST(ParetoRank, CountsThoseThatComeBefore) {
  const std::vector<Losses> others = {{1, 4}, {2, 2}, {4, 1}, {5, 5}};
  EXPECT_EQ(pareto_rank({0, 0}, others), 0U);
  EXPECT_EQ(pareto_rank({4.5, 4.5}, others), 3U);
  EXPECT_EQ(pareto_rank({6, 6}, others), 4U);
  EXPECT_EQ(pareto_rank({kInfinity, 0}, others), 4U);
}

}  // namespace
}  // namespace luthier
