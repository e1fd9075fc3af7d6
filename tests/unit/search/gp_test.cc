// The Gaussian process against numbers computed elsewhere and finite differences, what its searcher
// learns on planted examples, and the inputs that could break the algebra.
#include <algorithm>
#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "search/gp/descent.h"
#include "search/gp/fit.h"
#include "search/gp/improvement.h"
#include "search/gp/posterior.h"
#include "search/gp/ranking.h"
#include "support/fake_view_for_search.h"

namespace luthier {
namespace {

using gp::Distance;
using gp::Points;
using gp::Posterior;
using gp::Ranking;
using testing::FakeView;
using testing::make_searcher;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

const std::vector<Distance> kDistances = {
    Distance::numeric, Distance::conditional, Distance::categorical};
const std::vector<double> kValues = {-1.2, 0.3, 0.8, 0.1};

Points four_points() {
  return {.axes = 3, .x = {0.1, 0.2, 0.25, 0.7, kNaN, 0.75, 0.4, 0.9, 0.25, 0.95, 0.5, 0.75}};
}

gp::Kernel a_kernel() {
  return {.distances = kDistances,
          .length_scales = {0.5, 0.8, 1.5},
          .variance = 1.3,
          .roughness = 0.2,
          .noise = 0.05};
}

// The numbers here are those of the formulas in kernel.h, written out with numpy.linalg.solve and
// slogdet.
TEST(GpPosterior, AgreesWithTheFormulas) {
  const Points at = {.axes = 3, .x = {0.3, 0.4, 0.75, 0.12, 0.2, 0.25, 0.6, kNaN, 0.75}};
  const Points none = {.axes = 3, .x = {}};
  const auto alone = Posterior(four_points(), kValues, none, a_kernel()).predict(at);
  const double means[] = {-0.234235300722, -1.0940789433, 0.236588823539};
  const double deviations[] = {0.941102258973, 0.307559220049, 0.653303820768};
  const Points pending = {.axes = 3, .x = {0.3, 0.4, 0.25}};
  const auto crowded = Posterior(four_points(), kValues, pending, a_kernel()).predict(at);
  const double narrowed[] = {0.907512112515, 0.297702664155, 0.652836293601};
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_NEAR(alone[i].mean, means[i], 1e-10);
    EXPECT_NEAR(alone[i].deviation, deviations[i], 1e-10);
    EXPECT_NEAR(crowded[i].mean, means[i], 1e-10);
    EXPECT_NEAR(crowded[i].deviation, narrowed[i], 1e-10);
  }
}

TEST(GpPosterior, SlopesAreThoseOfFiniteDifferences) {
  const Points pending = {.axes = 3, .x = {0.3, 0.4, 0.25}};
  const Posterior posterior(four_points(), kValues, pending, a_kernel());
  const std::vector<double> at = {0.33, 0.61, 0.75};
  const Posterior::Slopes slopes = posterior.slopes(at);
  for (std::size_t axis = 0; axis < 2; ++axis) {
    constexpr double kStep = 1e-5;
    Points around = {.axes = 3, .x = {}};
    for (const double step : {-kStep, kStep}) {
      std::vector<double> moved = at;
      moved[axis] += step;
      around.add(moved);
    }
    const auto near = posterior.predict(around);
    EXPECT_NEAR(slopes.mean[axis], (near[1].mean - near[0].mean) / (2 * kStep), 1e-7);
    EXPECT_NEAR(
        slopes.deviation[axis], (near[1].deviation - near[0].deviation) / (2 * kStep), 1e-7);
  }
  EXPECT_EQ(slopes.mean[2], 0);
  EXPECT_EQ(slopes.deviation[2], 0);
  EXPECT_EQ(posterior.slopes(std::vector<double>{0.33, kNaN, 0.75}).mean[1], 0);
}

std::vector<double> logarithms_of(const gp::Kernel& kernel) {
  std::vector<double> out;
  for (const double scale : kernel.length_scales) {
    out.push_back(std::log(scale));
  }
  out.insert(out.end(),
             {std::log(kernel.variance), std::log(kernel.roughness), std::log(kernel.noise)});
  return out;
}

TEST(GpFit, MisfitAgreesWithTheFormulaAndItsSlopesWithFiniteDifferences) {
  const gp::Misfit misfit(four_points(), kValues, kDistances);
  const std::vector<double> at = logarithms_of(a_kernel());
  ASSERT_EQ(misfit.arguments(), at.size());
  std::vector<double> slope(at.size());
  std::vector<double> ignored(at.size());
  EXPECT_NEAR(misfit(at, slope), 9.2918623424, 1e-9);
  for (std::size_t i = 0; i < at.size(); ++i) {
    constexpr double kStep = 1e-5;
    std::vector<double> above = at;
    std::vector<double> below = at;
    above[i] += kStep;
    below[i] -= kStep;
    EXPECT_NEAR(slope[i], (misfit(above, ignored) - misfit(below, ignored)) / (2 * kStep), 1e-7);
  }
}

TEST(GpFit, TellsAnAxisThatMattersFromOneThatDoesNot) {
  Rng rng(5, "gp_test");
  Points points = {.axes = 2, .x = {}};
  std::vector<double> values;
  for (int i = 0; i < 40; ++i) {
    points.add(std::vector<double>{rng.uniform(), rng.uniform()});
    values.push_back(std::sqrt(2.0) * std::sin(6.2831853 * points.x[points.x.size() - 2]));
  }
  const gp::Kernel kernel = gp::fit(points, values, {Distance::numeric, Distance::numeric}).rough;
  EXPECT_LT(kernel.length_scales[0], 1.5);
  EXPECT_GT(kernel.length_scales[1], 5 * kernel.length_scales[0]);
  EXPECT_LT(kernel.roughness + kernel.noise, 0.01);
}

TEST(GpDescent, FindsTheMinimumWithinTheBounds) {
  // Rosenbrock's valley; the second row of bounds keeps its minimum (1, 1) outside.
  const auto valley = [](std::span<const double> at, std::vector<double>& slope) {
    const double a = 1 - at[0];
    const double b = at[1] - at[0] * at[0];
    slope = {-2 * a - 400 * at[0] * b, 200 * b};
    return a * a + 100 * b * b;
  };
  const std::vector<double> start = {-1, 0.5};
  const gp::DescentOptions options = {.evaluations = 300, .tolerance = 1e-14};
  const auto free =
      gp::descend(valley, start, std::vector<double>{-2, -2}, std::vector<double>{2, 2}, options);
  EXPECT_NEAR(free.at[0], 1, 1e-4);
  EXPECT_NEAR(free.at[1], 1, 1e-4);
  const auto bound =
      gp::descend(valley, start, std::vector<double>{-2, -2}, std::vector<double>{0.5, 2}, options);
  EXPECT_EQ(bound.at[0], 0.5);
  EXPECT_NEAR(bound.at[1], 0.25, 1e-4);
}

// A coordinate that nothing depends on changes the way the Hessian is kept, and nothing else.
TEST(GpDescent, TakesTheSameStepsInManyDimensions) {
  const auto bowl = [](std::span<const double> at, std::vector<double>& slope) {
    double value = 0;
    std::ranges::fill(slope, 0.0);
    for (std::size_t i = 0; i < 64; ++i) {
      const double width = 1 + static_cast<double>(i % 7);
      const double off = at[i] - 0.01 * static_cast<double>(i);
      value += width * off * off + off * off * off * off;
      slope[i] = 2 * width * off + 4 * off * off * off;
    }
    return value;
  };
  const auto descended = [&](std::size_t dimensions, int evaluations) {
    const std::vector<double> start(dimensions, 0.9), low(dimensions, -1), high(dimensions, 1);
    return gp::descend(bowl, start, low, high, {.evaluations = evaluations, .tolerance = 0});
  };
  for (const int evaluations : {5, 10, 20}) {
    const auto few = descended(64, evaluations);
    const auto many = descended(65, evaluations);
    EXPECT_NEAR(many.value, few.value, 1e-9) << evaluations;
    for (std::size_t i = 0; i < 64; ++i) {
      EXPECT_NEAR(many.at[i], few.at[i], 1e-7) << i;
    }
    EXPECT_EQ(many.at[64], 0.9);
  }
  EXPECT_LT(descended(65, 40).value, 1e-9);
}

// Reference: a continued fraction for Mills' ratio in 50 digits.
TEST(GpImprovement, LogarithmIsRightFarIntoTheTail) {
  const std::pair<double, double> known[] = {{2.5, 0.917092065592165},
                                             {0, -0.918938533204673},
                                             {-0.5, -1.62051626438732},
                                             {-3, -7.86968605960303},
                                             {-10, -55.5531220361224},
                                             {-29, -428.157082644273},
                                             {-31, -488.290023397837},
                                             {-100, -5010.12957880025},
                                             {-1000, -500014.734452091}};
  for (const auto& [z, expected] : known) {
    EXPECT_NEAR(gp::log_improvement(z), expected, 1e-6) << z;
    const double step = 1e-4;
    const double slope = (gp::log_improvement(z + step) - gp::log_improvement(z - step)) / 2 / step;
    EXPECT_NEAR(gp::log_improvement_slope(z), slope, 1e-5 * (1 + slope)) << z;
  }
}

void complete(Ranking& ranking, std::int64_t trial, double loss) {
  ranking.placed({trial}, {static_cast<double>(trial) / 100});
  ranking.reported({trial}, 1, loss);
  ranking.ended({trial}, TrialState::completed);
}

TEST(GpRanking, BetterHalfKeepsItsDistancesAndTheOthersTheirRanks) {
  Ranking ranking(1);
  const double losses[] = {5, 1, 1000, 3, 1e300, 4};
  for (std::int64_t trial = 0; trial < 6; ++trial) {
    complete(ranking, trial, losses[trial]);
  }
  const Ranking::Sample sample = ranking.sample(100);
  ASSERT_EQ(sample.values.size(), 6U);
  EXPECT_TRUE(std::ranges::is_sorted(sample.values));
  EXPECT_EQ(sample.points.x, (std::vector<double>{0.01, 0.03, 0.05, 0, 0.02, 0.04}));
  ASSERT_TRUE(sample.unit);
  for (const auto& [rank, loss] : {std::pair(0, 1.0), std::pair(1, 3.0), std::pair(2, 4.0)}) {
    const double value = sample.values[static_cast<std::size_t>(rank)];
    EXPECT_NEAR(sample.unit->offset + sample.unit->factor * value, loss, 1e-12);
  }
  EXPECT_LT(sample.values.back(), 3);
  double sum = 0;
  double squares = 0;
  for (const double value : sample.values) {
    sum += value / 6;
    squares += value * value / 6;
  }
  EXPECT_NEAR(sum, 0, 1e-12);
  EXPECT_NEAR(squares, 1, 1e-12);
}

TEST(GpRanking, CompletedThenFartherStoppedAndFailedOnesApart) {
  Ranking ranking(1);
  const auto stop = [&](std::int64_t trial, std::int64_t iteration, double loss, TrialState state) {
    ranking.placed({trial}, {static_cast<double>(trial)});
    ranking.reported({trial}, iteration, loss);
    ranking.ended({trial}, state);
  };
  stop(0, 2, 0.1, TrialState::stopped);
  stop(1, 9, 0.5, TrialState::stopped);
  stop(2, 20, 0.9, TrialState::completed);
  stop(3, 20, 0.0, TrialState::failed);
  stop(4, 20, kInfinity, TrialState::completed);
  EXPECT_EQ(ranking.best(10).x, (std::vector<double>{2, 1, 0}));
  EXPECT_EQ(ranking.failed().x, (std::vector<double>{3, 4}));
  EXPECT_TRUE(ranking.some_were_stopped());
  EXPECT_FALSE(ranking.sample(10).unit);
  ranking.placed({5}, {5});
  ranking.reported({5}, 4, 0.2);
  EXPECT_EQ(ranking.pending().x, std::vector<double>{5});
  ranking.paused({5});
  EXPECT_EQ(ranking.pending().size(), 0U);
  EXPECT_EQ(ranking.best(3).x, (std::vector<double>{2, 1, 5}));
}

TEST(GpRanking, ASampleHoldsTheBestAndSomeOfAllOthers) {
  Ranking ranking(1);
  for (std::int64_t trial = 0; trial < 100; ++trial) {
    complete(ranking, trial, static_cast<double>(trial));
  }
  EXPECT_EQ(ranking.sample(10).points.x,
            (std::vector<double>{0, 0.01, 0.02, 0.03, 0.04, 0.05, 0.24, 0.43, 0.62, 0.81}));
}

TEST(GpRanking, LossesThatAreAlikeOrTooFarApartAreNoTrouble) {
  for (const double far : {0.0, 1e308}) {
    Ranking ranking(1);
    for (std::int64_t trial = 0; trial < 10; ++trial) {
      complete(ranking, trial, trial % 2 == 0 ? -far : far);
    }
    for (const double value : ranking.sample(100).values) {
      EXPECT_TRUE(std::isfinite(value));
    }
  }
}

Space valley_space() {
  Space space;
  space.add("x", uniform(0, 1));
  space.add("y", uniform(0, 1));
  space.add("kind", choice({"good", "bad", "worse"}));
  return space;
}

double valley(const Config& config) {
  const double x = config.number("x") - 0.7;
  const double y = config.number("y") - 0.2;
  return x * x + 3 * y * y + (config.text("kind") == "good" ? 0 : 0.5);
}

TEST(Gp, FindsASmoothMinimumInBothDirections) {
  for (const Mode mode : {Mode::min, Mode::max}) {
    FakeView view(valley_space(), 3, mode);
    const auto searcher = make_searcher("gp", {}, 3, mode);
    double best = 1;
    for (int i = 0; i < 50; ++i) {
      view.step(*searcher, [&](const Config& config) {
        best = std::min(best, valley(config));
        return mode == Mode::min ? valley(config) : -valley(config);
      });
    }
    EXPECT_LT(best, 1e-4);
    const Suggestion last = view.ask(*searcher);
    const std::string& reason = std::get<Proposal>(last).reason;
    EXPECT_NE(reason.find("expected improvement"), std::string::npos) << reason;
    EXPECT_EQ(reason.find("by ranks"), std::string::npos) << reason;
  }
}

TEST(Gp, RoughLossesDoNotMakeItTryOnePlaceAgainAndAgain) {
  Space space;
  space.add("x", uniform(0, 1));
  space.add("y", uniform(0, 1));
  FakeView view(space, 2);
  const auto searcher = make_searcher("gp", {}, 2);
  std::vector<Config> tried;
  for (int i = 0; i < 60; ++i) {
    view.step(*searcher, [&](const Config& config) {
      tried.push_back(config);
      double sum = 0;
      for (const char* name : {"x", "y"}) {
        const double z = config.number(name) * 8 - 3;
        sum += z * z + 10 - 10 * std::cos(6.2831853 * z);
      }
      return sum;
    });
  }
  int repeated = 0;
  for (std::size_t i = 0; i < tried.size(); ++i) {
    for (std::size_t k = 0; k < i; ++k) {
      repeated += std::hypot(tried[i].number("x") - tried[k].number("x"),
                             tried[i].number("y") - tried[k].number("y")) < 1e-3
                      ? 1
                      : 0;
    }
  }
  EXPECT_LE(repeated, 3);
}

TEST(Gp, StoppedTrialsAreToldByRanksAndAShareStaysRandom) {
  FakeView view(valley_space(), 4);
  const auto searcher = make_searcher("gp", {}, 4);
  int at_random = 0;
  for (int i = 0; i < 60; ++i) {
    const auto proposal = std::get<Proposal>(view.ask(*searcher));
    const TrialId trial = view.add(*searcher, proposal.config);
    view.report(*searcher, trial, valley(proposal.config));
    view.end(*searcher, trial, i % 3 == 0 ? TrialState::completed : TrialState::stopped);
    if (i >= 10) {
      const bool guided = proposal.reason.find("by ranks") == 0;
      at_random += guided ? 0 : 1;
      EXPECT_TRUE(guided || proposal.reason.find("random") == 0) << proposal.reason;
    }
  }
  EXPECT_GT(at_random, 3);
  EXPECT_LT(at_random, 25);
}

TEST(Gp, LossesOfAnyKindAreSurvived) {
  const std::vector<double> kinds[] = {
      {0.5}, {kNaN}, {1e300, -1e300, 1}, {kInfinity, 1, 2}, {1e-300, 2e-300, 3e-300}};
  for (const std::vector<double>& losses : kinds) {
    FakeView view(valley_space(), 6);
    const auto searcher = make_searcher("gp", {}, 6);
    for (std::size_t i = 0; i < 30; ++i) {
      const auto proposal = std::get<Proposal>(view.ask(*searcher));
      const TrialId trial = view.add(*searcher, proposal.config);
      view.report(*searcher, trial, losses[i % losses.size()]);
      view.end(*searcher, trial, i % 7 == 0 ? TrialState::failed : TrialState::completed);
      EXPECT_TRUE(std::isfinite(proposal.config.number("x")));
      EXPECT_EQ(proposal.reason.find("nan"), std::string::npos) << proposal.reason;
    }
  }
}

TEST(Gp, MoreTrialsThanTheModelHolds) {
  FakeView view(valley_space(), 7);
  const auto searcher = make_searcher("gp", {{"most_points", 20}}, 7);
  double best = 1;
  for (int i = 0; i < 80; ++i) {
    view.step(*searcher, [&](const Config& config) {
      best = std::min(best, valley(config));
      return valley(config);
    });
  }
  EXPECT_LT(best, 1e-4);
}

}  // namespace
}  // namespace luthier
