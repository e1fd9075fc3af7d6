// CMA-ES: its update on a small example computed from the tutorial's equations by other means, and
// what the search learns and survives.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <set>

#include <gtest/gtest.h>

#include "core/space/normal_distribution.h"
#include "search/cmaes/categories.h"
#include "search/cmaes/evolution.h"
#include "search/cmaes/learning_rate.h"
#include "search/cmaes/margin.h"
#include "search/cmaes/rates.h"
#include "search/cmaes/restarts.h"
#include "search/cmaes/stagnation.h"
#include "support/fake_view_for_search.h"

namespace luthier {
namespace {

using cmaes::Evolution;
using cmaes::keep_margin;
using cmaes::Marginal;
using cmaes::RankedPoint;
using testing::FakeView;
using testing::make_searcher;

NamedValues option(const std::string& name, const Value& value) {
  NamedValues options;
  options.set(name, value);
  return options;
}

Space cube(int dimensions) {
  Space space;
  for (int i = 0; i < dimensions; ++i) {
    space.add("x" + std::to_string(i), uniform(0, 1));
  }
  return space;
}

double sphere(const Config& config) {
  double sum = 0;
  for (const auto& [name, value] : config) {
    sum += std::pow(value.number().value_or(0) - 0.7, 2);
  }
  return sum;
}

// Axes of 1 and 1000, neither of them a parameter's.
double turned_ellipsoid(const Config& config) {
  const double x = config.number("x0") - 0.3;
  const double y = config.number("x1") - 0.6;
  return std::pow(x + y, 2) + 1e6 * std::pow(x - y, 2);
}

double best_after(int trials,
                  const Space& space,
                  const FakeView::Function& function,
                  std::uint64_t seed,
                  const NamedValues& options = {}) {
  FakeView view(space, seed);
  const auto searcher = make_searcher("cmaes", options, seed);
  double best = std::numeric_limits<double>::infinity();
  for (int i = 0; i < trials; ++i) {
    view.step(*searcher, [&](const Config& config) {
      const double loss = function(config);
      best = std::min(best, loss);
      return loss;
    });
  }
  return best;
}

const Proposal& proposal_of(const Suggestion& suggestion) {
  return std::get<Proposal>(suggestion);
}

// ---- the equations

TEST(CmaesRates, AreThoseOfTheTutorial) {
  const cmaes::Rates full = cmaes::rates_for(10, 10, false);
  EXPECT_EQ(cmaes::default_population(10), 10U);
  EXPECT_EQ(full.parents, 5U);
  EXPECT_NEAR(full.weights[0], 0.45627264690340597, 1e-15);
  EXPECT_NEAR(full.weights[9], -0.5497499176973852, 1e-15);
  EXPECT_NEAR(cmaes::effective_parents(full.weights), 3.1672992814107026, 1e-14);
  EXPECT_NEAR(full.rank_one, 0.015283824524751714, 1e-16);
  EXPECT_NEAR(full.rank_mu, 0.023551776650417484, 1e-16);
  EXPECT_NEAR(full.path, 0.29499038303562225, 1e-15);
  EXPECT_NEAR(full.sigma_path, 0.2844285879463675, 1e-15);
  EXPECT_NEAR(full.sigma_damping, 1.2844285879463675, 1e-15);
  EXPECT_NEAR(full.expected_length, 3.0847265651690123, 1e-14);
  const cmaes::Rates separable = cmaes::rates_for(10, 10, true);
  EXPECT_NEAR(separable.rank_one, 0.061135298099006856, 1e-16);
  EXPECT_NEAR(separable.rank_mu, 0.09420710660166993, 1e-16);
  EXPECT_NEAR(separable.weights[9], -0.29892059698252577, 1e-15);
}

std::vector<RankedPoint> generation(const std::vector<std::vector<double>>& points) {
  std::vector<RankedPoint> out;
  for (const auto& point : points) {
    out.push_back({.point = point});
  }
  return out;
}

// Four generations of six points; the last moves so far that the covariance's path stalls.
Evolution after_the_example(cmaes::EvolutionOptions options) {
  options.sigma = 0.2;
  options.population = 6;
  Evolution evolution(std::vector{0.5, 0.5}, options);
  for (const auto& points : std::vector<std::vector<std::vector<double>>>{
           {{0.55, 0.48}, {0.6, 0.5}, {0.45, 0.4}, {0.5, 0.7}, {0.3, 0.5}, {0.2, 0.9}},
           {{0.6, 0.4}, {0.62, 0.45}, {0.5, 0.45}, {0.55, 0.6}, {0.4, 0.52}, {0.3, 0.3}},
           {{0.7, 0.3}, {0.72, 0.35}, {0.65, 0.38}, {0.5, 0.5}, {0.45, 0.6}, {0.3, 0.5}},
           {{1.4, -0.4}, {1.3, -0.3}, {1.2, -0.35}, {0.9, 0}, {0.8, 0.1}, {0.6, 0.4}}}) {
    evolution.update(generation(points));
  }
  return evolution;
}

TEST(CmaesEvolution, FollowsTheTutorialsEquations) {
  const Evolution evolution = after_the_example({});
  EXPECT_NEAR(evolution.mean()[0], 1.3558655399920467, 1e-12);
  EXPECT_NEAR(evolution.mean()[1], -0.3676236156901592, 1e-12);
  EXPECT_NEAR(evolution.sigma(), 0.917937143789879, 1e-12);
  const std::vector<double> covariance = evolution.covariance();
  constexpr double kTogether = -1.413289385954792;  // NOLINT(modernize-use-std-numbers)
  EXPECT_NEAR(covariance[0], 1.8626254149691541, 1e-12);
  EXPECT_NEAR(covariance[1], kTogether, 1e-12);
  EXPECT_NEAR(covariance[2], kTogether, 1e-12);
  EXPECT_NEAR(covariance[3], 2.138669184773433, 1e-12);
}

TEST(CmaesEvolution, LearnsOnlyWidthsWhenSeparable) {
  const Evolution evolution = after_the_example({.separable = true});
  EXPECT_NEAR(evolution.mean()[0], 1.3558655399920467, 1e-12);
  EXPECT_NEAR(evolution.sigma(), 1.143750336583791, 1e-12);
  const std::vector<double> expected = {2.1496964455625736, 0, 0, 2.4814800952969738};
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_NEAR(evolution.covariance()[i], expected[i], 1e-12);
  }
}

TEST(CmaesEvolution, TakesAPartOfEachStepWhenItAdaptsTheLearningRate) {
  const Evolution full = after_the_example({.adapt_learning_rate = true});
  EXPECT_NEAR(full.mean()[0], 1.172093017260914, 1e-12);
  EXPECT_NEAR(full.sigma(), 1.0302234949644529, 1e-12);
  const std::vector<double> expected = {
      1.1720383806593506, -0.7820724642750162, -0.7820724642750162, 1.3750721529021441};
  const Evolution separable = after_the_example({.separable = true, .adapt_learning_rate = true});
  EXPECT_NEAR(separable.mean()[0], 1.1715855492246638, 1e-12);
  EXPECT_NEAR(separable.sigma(), 1.494669555865062, 1e-12);
  const std::vector<double> widths = {0.9180584307476931, 0, 0, 1.0892552875807386};
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_NEAR(full.covariance()[i], expected[i], 1e-12);
    EXPECT_NEAR(separable.covariance()[i], widths[i], 1e-12);
  }
}

TEST(CmaesLearningRate, FallsWhileStepsContradictEachOtherAndRisesAgain) {
  cmaes::LearningRate rate(0.1);
  Rng rng(1, "steps");
  for (int i = 0; i < 500; ++i) {
    rate.observe(std::vector{rng.normal(), rng.normal()});
  }
  EXPECT_LT(rate.value(), 0.2);
  for (int i = 0; i < 500; ++i) {
    rate.observe(std::vector{1.0 + 0.01 * rng.normal(), 0.5});
  }
  EXPECT_GT(rate.value(), 0.9);
}

TEST(CmaesEvolution, DrawsHaveItsMeanAndCovariance) {
  const Evolution evolution = after_the_example({});
  constexpr int kDraws = 40000;
  double mean = 0;
  double square = 0;
  double product = 0;
  Rng rng(1, "draws");
  for (int i = 0; i < kDraws; ++i) {
    const std::vector<double> point = evolution.draw(rng);
    const double x = (point[0] - evolution.mean()[0]) / evolution.sigma();
    const double y = (point[1] - evolution.mean()[1]) / evolution.sigma();
    mean += x / kDraws;
    square += x * x / kDraws;
    product += x * y / kDraws;
  }
  EXPECT_NEAR(mean, 0, 0.04);
  EXPECT_NEAR(square, evolution.covariance()[0], 0.06);
  EXPECT_NEAR(product, evolution.covariance()[1], 0.06);
}

TEST(CmaesEvolution, CutsTheStepsOfForeignPoints) {
  auto points = generation({{9, 9}, {0.5, 0.5}, {0.5, 0.5}, {0.5, 0.6}, {0.5, 0.4}, {0.4, 0.5}});
  points[0].foreign = true;
  Evolution evolution(std::vector{0.5, 0.5}, {.sigma = 0.2, .population = 6});
  evolution.update(points);
  const double weight = cmaes::rates_for(2, 6, false).weights[0];
  const double longest = std::numbers::sqrt2 + 2 * 2 / (2.0 + 2);
  EXPECT_NEAR(evolution.mean()[0], 0.5 + weight * 0.2 * longest / std::numbers::sqrt2, 1e-12);
}

TEST(CmaesEvolution, GivesFailedPointsNoShareInTheMean) {
  auto points =
      generation({{0.6, 0.5}, {0.1, 0.1}, {0.1, 0.2}, {0.1, 0.3}, {0.2, 0.1}, {0.2, 0.2}});
  for (std::size_t i = 1; i < points.size(); ++i) {
    points[i].valid = false;
  }
  Evolution evolution(std::vector{0.5, 0.5}, {.sigma = 0.2, .population = 6});
  evolution.update(points);
  EXPECT_NEAR(evolution.mean()[0], 0.6, 1e-12);
  EXPECT_NEAR(evolution.mean()[1], 0.5, 1e-12);
}

// ---- the margin of discrete axes

double below(const Marginal& marginal, double deviation, double threshold) {
  return normal_cdf((threshold - marginal.mean) / (deviation * marginal.stretch));
}

TEST(CmaesMargin, KeepsBothNeighboursOfACellInReach) {
  for (const double deviation : {1e-9, 1e-3, 0.02}) {
    for (const double mean : {0.4001, 0.45, 0.499}) {
      const Marginal kept = keep_margin({.mean = mean}, deviation, {0.4, 0.5}, 0.1);
      EXPECT_GE(below(kept, deviation, 0.4), 0.05 - 1e-9);
      EXPECT_GE(1 - below(kept, deviation, 0.5), 0.05 - 1e-9);
      EXPECT_GT(kept.mean, 0.4);
      EXPECT_LT(kept.mean, 0.5);
    }
  }
}

TEST(CmaesMargin, KeepsTheOnlyNeighbourOfAnEdgeInReach) {
  const Marginal first = keep_margin({.mean = 0.01}, 1e-4, {0, 0.25}, 0.1);
  EXPECT_NEAR(1 - below(first, 1e-4, 0.25), 0.1, 1e-9);
  const Marginal last = keep_margin({.mean = 1.3}, 0.1, {0.75, 1}, 0.1);
  EXPECT_NEAR(below(last, 0.1, 0.75), 0.1, 1e-9);
  EXPECT_EQ(last.stretch, 1);
}

TEST(CmaesMargin, LeavesAWideDistributionAlone) {
  for (const auto& cell : {std::pair(0.4, 0.5), std::pair(0.0, 0.5), std::pair(0.0, 1.0)}) {
    const Marginal kept = keep_margin({.mean = 0.45}, 0.3, cell, 0.1);
    EXPECT_EQ(kept.mean, 0.45);
    EXPECT_EQ(kept.stretch, 1);
  }
}

// ---- categories

class CmaesCategories : public ::testing::Test {
 protected:
  CmaesCategories() {
    Space declared;
    declared.add("kind", choice({"a", "b", "c", "d"}));
    declared.add("other", choice({"a", "b"})).when("kind", "a");
    space_.emplace(std::move(CompiledSpace::compile(std::move(declared)).value()));
    categories_.emplace(*space_);
  }
  // How often each value of `kind` is drawn in a thousand draws.
  std::vector<int> counts(std::size_t axis) {
    std::vector<int> out(axis == 0 ? 4 : 2);
    Rng rng(1, "categories");
    for (int i = 0; i < 1000; ++i) {
      std::vector<double> point(2);
      categories_->draw(rng, point);
      ++out[static_cast<std::size_t>(point[axis] * static_cast<double>(out.size()))];
    }
    return out;
  }

  std::optional<CompiledSpace> space_;
  std::optional<cmaes::Categories> categories_;
};

TEST_F(CmaesCategories, MoveTowardsTheValuesOfTheBestAndKeepTheOthersPossible) {
  const std::vector<std::vector<double>> points = {
      {0.375, std::nan("")}, {0.375, std::nan("")}, {0.875, std::nan("")}};
  for (int i = 0; i < 100; ++i) {
    categories_->learn(points, std::vector{0.7, 0.3}, 0.12);
  }
  const std::vector<int> drawn = counts(0);
  EXPECT_NEAR(drawn[1], 880, 40);
  for (const std::size_t other : {0U, 2U, 3U}) {
    EXPECT_NEAR(drawn[other], 40, 25);
  }
  categories_->forget();
  EXPECT_NEAR(counts(0)[1], 250, 50);
}

TEST_F(CmaesCategories, LearnNothingWhereTheyAreInactive) {
  const std::vector<std::vector<double>> without = {{0.375, std::nan("")}};
  for (int i = 0; i < 100; ++i) {
    categories_->learn(without, std::vector{1.0}, 0.1);
  }
  EXPECT_NEAR(counts(1)[0], 500, 60);
  const std::vector<std::vector<double>> with = {{0.125, 0.25}};
  categories_->learn(with, std::vector{1.0}, 0.1);
  EXPECT_NEAR(counts(1)[0], 600, 60);
}

// ---- when a run ends and what follows

TEST(CmaesStagnation, EndsARunWhoseLossesAreEqual) {
  cmaes::Stagnation stagnation(2, 6);
  for (int i = 0; i < 19; ++i) {
    stagnation.observe(std::vector{3.0, 4.0});
    EXPECT_FALSE(stagnation.is_over());
  }
  stagnation.observe(std::vector{3.0, 4.0});
  EXPECT_TRUE(stagnation.is_over());
  stagnation.observe(std::vector{2.0, 4.0});
  EXPECT_FALSE(stagnation.is_over());
}

TEST(CmaesStagnation, EndsARunThatNoLongerGetsBetter) {
  for (const double slope : {-0.01, 0.01}) {
    cmaes::Stagnation stagnation(2, 6);
    Rng rng(1, "noise");
    for (int i = 0; i < 300; ++i) {
      const double loss = slope * i + rng.uniform();
      stagnation.observe(std::vector{loss, loss + 1});
    }
    EXPECT_EQ(stagnation.is_over(), slope > 0) << slope;
  }
}

TEST(CmaesRestarts, IpopDoublesThePopulation) {
  cmaes::Restarts restarts(cmaes::RestartKind::ipop, {.population = 7, .sigma = 0.2});
  Rng rng(1, "restarts");
  for (const std::size_t population : {14U, 28U, 56U}) {
    const auto run = restarts.next(100, rng);
    EXPECT_EQ(run->population, population);
    EXPECT_EQ(run->sigma, 0.2);
  }
}

TEST(CmaesRestarts, BipopSpendsAsMuchOnSmallRunsAsOnLargeOnes) {
  cmaes::Restarts restarts(cmaes::RestartKind::bipop, {.population = 7, .sigma = 0.2});
  Rng rng(1, "restarts");
  std::int64_t large = 0;
  std::int64_t small = 0;
  std::int64_t trials = 100;  // of the first run, which is of neither kind
  std::size_t most = 7;
  for (int i = 0; i < 40; ++i) {
    const auto run = restarts.next(trials, rng);
    const bool is_small = run->most_trials > 0;
    if (is_small) {
      EXPECT_LE(run->population, most / 2);
      EXPECT_GE(run->population, 7U);
      EXPECT_LE(run->sigma, 0.2);
      trials = std::min<std::int64_t>(run->most_trials, 30);
    } else {
      EXPECT_EQ(run->population, 2 * most);
      most *= 2;
      trials = 100;
    }
    (is_small ? small : large) += trials;
  }
  EXPECT_NEAR(static_cast<double>(small), static_cast<double>(large), 100);
}

TEST(CmaesRestarts, NoneIsNone) {
  cmaes::Restarts restarts(cmaes::RestartKind::none, {.population = 7, .sigma = 0.2});
  Rng rng(1, "restarts");
  EXPECT_FALSE(restarts.next(100, rng));
}

// ---- what the search finds

TEST(Cmaes, ReachesTheOptimumOfASphere) {
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    EXPECT_LT(best_after(700, cube(5), sphere, seed), 1e-8);
    EXPECT_LT(best_after(700, cube(5), sphere, seed, option("separable", true)), 1e-8);
  }
}

TEST(Cmaes, LearnsDependenceBetweenParameters) {
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    EXPECT_LT(best_after(600, cube(2), turned_ellipsoid, seed), 1e-8);
  }
}

TEST(Cmaes, MaximisesToo) {
  FakeView view(cube(2), 3, Mode::max);
  const auto searcher = make_searcher("cmaes", {}, 3, Mode::max);
  double best = 1;
  for (int i = 0; i < 200; ++i) {
    view.step(*searcher, [&](const Config& config) {
      best = std::min(best, sphere(config));
      return -sphere(config);
    });
  }
  EXPECT_LT(best, 1e-4);
}

TEST(Cmaes, FindsAnOptimumInACorner) {
  const auto loss = [](const Config& config) {
    return config.number("x0") + config.number("x1") + 1 - config.number("x2");
  };
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    EXPECT_LT(best_after(600, cube(3), loss, seed), 1e-3);
  }
}

TEST(Cmaes, SearchesASpaceWithOneParameter) {
  Space space;
  space.add("lr", loguniform(1e-6, 1));
  const auto loss = [](const Config& config) {
    return std::abs(std::log10(config.number("lr")) + 4);
  };
  EXPECT_LT(best_after(150, space, loss, 1), 1e-4);
}

// The real parameter converges; the integer must still be able to take the last step.
TEST(Cmaes, NeverShrinksIntoOneValueOfAnInteger) {
  Space space = cube(2);
  space.add("layers", randint(0, 20));
  FakeView view(space, 2);
  const auto searcher = make_searcher("cmaes", option("restarts", "none"), 2);
  std::set<std::int64_t> late;
  for (int i = 0; i < 1000; ++i) {
    const auto trial = view.step(*searcher, [](const Config& config) {
      return std::pow(config.number("x0") - 0.3, 2) + std::pow(config.number("x1") - 0.6, 2) +
             std::abs(config.number("layers") - 13);
    });
    if (i >= 900) {
      late.insert(view.config(*trial).integer("layers"));
    }
  }
  EXPECT_TRUE(late.contains(13));
  EXPECT_TRUE(late.contains(12) || late.contains(14));
  EXPECT_LT(late.size(), 6U);
}

TEST(Cmaes, SolvesMixedIntegerSpheres) {
  Space space = cube(2);
  space.add("layers", randint(0, 20));
  space.add("units", qrandint(8, 512, 8));
  space.add("flag", randint(0, 2));
  const auto loss = [](const Config& config) {
    return std::pow(config.number("x0") - 0.3, 2) + std::pow(config.number("x1") - 0.6, 2) +
           std::pow((config.number("layers") - 17) / 20, 2) +
           std::pow((config.number("units") - 48) / 512, 2) + config.number("flag");
  };
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    EXPECT_LT(best_after(700, space, loss, seed), 1e-6);
  }
}

TEST(Cmaes, LearnsWhichCategoriesAreGood) {
  Space space = cube(2);
  space.add("kind", choice({"a", "b", "c", "d", "e", "f"}));
  space.add("other", choice({"a", "b", "c", "d", "e", "f"}));
  FakeView view(space, 1);
  const auto searcher = make_searcher("cmaes", {}, 1);
  int good = 0;
  for (int i = 0; i < 300; ++i) {
    const auto trial = view.step(*searcher, [](const Config& config) {
      return sphere(config) + (config.text("kind") == "b" ? 0 : 0.3) +
             (config.text("other") == "e" ? 0 : 0.3);
    });
    const Config config = view.config(*trial);
    good += i >= 200 && config.text("kind") == "b" && config.text("other") == "e" ? 1 : 0;
  }
  EXPECT_GT(good, 70);  // one in 36 by chance
}

TEST(Cmaes, FindsAnOptimumOnAConstraint) {
  Space space = cube(2);
  space.constrain("x0 + x1 <= 1");
  EXPECT_LT(best_after(400, space, sphere, 1), 0.0801);  // at (0.5, 0.5): 0.08
}

TEST(Cmaes, DrawsAsDeclaredWhereNothingIsNumeric) {
  Space space;
  space.add("kind", choice({"a", "b", "c"}));
  space.add("other", choice({"a", "b", "c"}));
  FakeView view(space);
  const auto searcher = make_searcher("cmaes");
  EXPECT_EQ(proposal_of(view.ask(*searcher)).reason, "independent draw: no parameter is numeric");
  std::set<std::string> seen;
  while (const auto trial = view.step(*searcher, [](const Config&) { return 1.0; })) {
    EXPECT_TRUE(seen.insert(to_json(view.config(*trial))).second);
  }
  EXPECT_EQ(seen.size(), 9U);
}

TEST(Cmaes, StartsFromTheBestOfTheStartUpTrials) {
  FakeView view(cube(2), 4);
  const auto searcher = make_searcher("cmaes", option("startup_trials", 20), 4);
  double best = 1;
  Config best_config;
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(proposal_of(view.ask(*searcher)).reason, "start-up draw");
    const auto trial = view.step(*searcher, sphere);
    if (const double loss = sphere(view.config(*trial)); loss < best) {
      best = loss;
      best_config = view.config(*trial);
    }
  }
  double mean = 0;
  for (int i = 0; i < 200; ++i) {
    const Proposal proposal = proposal_of(view.ask(*searcher));
    EXPECT_EQ(proposal.reason, "generation 0, step size 0.2");
    mean += proposal.config.number("x0") / 200;
    view.add(*searcher, proposal.config);  // none of them ends
  }
  EXPECT_NEAR(mean, best_config.number("x0"), 0.05);
}

TEST(Cmaes, StartsElsewhereWithTwiceThePopulationOnceItGetsNoBetter) {
  FakeView view(cube(2), 1);
  const auto searcher = make_searcher("cmaes", {}, 1);
  std::set<std::string> runs;
  for (int i = 0; i < 700; ++i) {
    const std::string reason = proposal_of(view.ask(*searcher)).reason;
    runs.insert(reason.substr(0, reason.find(',')));
    view.step(*searcher, [](const Config&) { return 1.0; });
  }
  EXPECT_TRUE(runs.contains("restart 1"));
  // 20 generations of 6, 15 of 12, 13 of 24: 120 + 180 + 312 trials.
  EXPECT_TRUE(runs.contains("restart 3"));
  EXPECT_FALSE(runs.contains("restart 4"));
}

// A converged distribution is left as it is: it must not shrink until its numbers are lost.
TEST(Cmaes, GoesOnWithinItsPrecisionWithoutRestarts) {
  FakeView view(cube(2), 1);
  const auto searcher = make_searcher("cmaes", option("restarts", "none"), 1);
  for (int i = 0; i < 3000; ++i) {
    view.step(*searcher, sphere);
  }
  EXPECT_LT(sphere(proposal_of(view.ask(*searcher)).config), 1e-15);
}

// ---- trials that fail, stop, wait or come from elsewhere

TEST(Cmaes, NonFiniteAndFailedTrialsAreNeverGood) {
  for (const double bad : {std::nan(""), -std::numeric_limits<double>::infinity()}) {
    FakeView view(cube(2), 5);
    const auto searcher = make_searcher("cmaes", {}, 5);
    int on_the_bad_side = 0;
    for (int i = 0; i < 120; ++i) {
      const Config config = proposal_of(view.ask(*searcher)).config;
      const bool left = config.number("x0") < 0.5;
      const TrialId trial = view.add(*searcher, config);
      const bool fails = left && i % 2 == 0;
      view.report(*searcher, trial, fails ? -1000 : left ? bad : sphere(config));
      view.end(*searcher, trial, fails ? TrialState::failed : TrialState::completed);
      on_the_bad_side += left && i >= 60 ? 1 : 0;
    }
    EXPECT_LT(on_the_bad_side, 12);
  }
}

TEST(Cmaes, GoesOnWhenEverythingFails) {
  FakeView view(cube(2), 5);
  const auto searcher = make_searcher("cmaes", {}, 5);
  for (int i = 0; i < 60; ++i) {
    const Proposal proposal = proposal_of(view.ask(*searcher));
    EXPECT_EQ(proposal.reason, "generation 0, step size 0.2");
    view.end(*searcher, view.add(*searcher, proposal.config), TrialState::failed);
  }
}

TEST(Cmaes, StoppedTrialsRankAfterCompletedOnes) {
  FakeView view(cube(2), 6);
  const auto searcher = make_searcher("cmaes", {}, 6);
  int on_the_stopped_side = 0;
  for (int i = 0; i < 120; ++i) {
    const Config config = proposal_of(view.ask(*searcher)).config;
    const bool left = config.number("x0") < 0.5;
    const TrialId trial = view.add(*searcher, config);
    view.report(*searcher, trial, left ? -100 : sphere(config));
    view.end(*searcher, trial, left ? TrialState::stopped : TrialState::completed);
    on_the_stopped_side += left && i >= 60 ? 1 : 0;
  }
  EXPECT_LT(on_the_stopped_side, 12);
}

// A scheduler may pause every trial and never let one go on.
TEST(Cmaes, LearnsFromPausedTrials) {
  FakeView view(cube(2), 7);
  const auto searcher = make_searcher("cmaes", {}, 7);
  for (int i = 0; i < 150; ++i) {
    const TrialId trial = view.add(*searcher, proposal_of(view.ask(*searcher)).config);
    view.report(*searcher, trial, sphere(view.config(trial)));
    view.set_state(trial, TrialState::paused);
  }
  const Config config = proposal_of(view.ask(*searcher)).config;
  EXPECT_LT(sphere(config), 0.01);
}

TEST(Cmaes, APausedTrialThatGoesOnCountsOnceAndByWhatItReportsThen) {
  const auto next = [](bool pauses) {
    FakeView view(cube(2), 8);
    const auto searcher = make_searcher("cmaes", {}, 8);
    std::vector<TrialId> trials;
    for (int i = 0; i < 6; ++i) {
      trials.push_back(view.add(*searcher, proposal_of(view.ask(*searcher)).config));
    }
    view.report(*searcher, trials[0], 100);
    if (pauses) {
      view.set_state(trials[0], TrialState::paused);
    }
    trials.push_back(view.add(*searcher, proposal_of(view.ask(*searcher)).config));
    for (const TrialId trial : trials) {
      view.report(*searcher, trial, sphere(view.config(trial)));
    }
    for (const TrialId trial : trials) {
      view.end(*searcher, trial);
    }
    return proposal_of(view.ask(*searcher)).config;
  };
  EXPECT_EQ(next(true), next(false));
}

TEST(Cmaes, NeverWaitsForSlowTrials) {
  FakeView view(cube(5), 9);
  const auto searcher = make_searcher("cmaes", {}, 9);
  std::set<std::string> seen;
  std::vector<TrialId> trials;
  for (int i = 0; i < 100; ++i) {
    trials.push_back(view.add(*searcher, proposal_of(view.ask(*searcher)).config));
    EXPECT_TRUE(seen.insert(to_json(view.config(trials.back()))).second);
  }
  for (const TrialId trial : trials) {  // population 8: all of them are learnt from
    view.report(*searcher, trial, sphere(view.config(trial)));
    view.end(*searcher, trial);
  }
  EXPECT_TRUE(proposal_of(view.ask(*searcher)).reason.starts_with("generation 12,"));
}

TEST(Cmaes, LearnsTheSameInWhateverOrderAGenerationEnds) {
  const auto next = [](bool reversed) {
    FakeView view(cube(5), 10);
    const auto searcher = make_searcher("cmaes", {}, 10);
    for (int round = 0; round < 10; ++round) {
      std::vector<TrialId> trials;
      for (int i = 0; i < 8; ++i) {
        trials.push_back(view.add(*searcher, proposal_of(view.ask(*searcher)).config));
      }
      if (reversed) {
        std::ranges::reverse(trials);
      }
      for (const TrialId trial : trials) {
        view.report(*searcher, trial, sphere(view.config(trial)));
        view.end(*searcher, trial);
      }
    }
    return proposal_of(view.ask(*searcher)).config;
  };
  EXPECT_EQ(next(true), next(false));
}

// Facts as they come with several workers: mixed, and with trials stopped and failed.
TEST(Cmaes, TheSameFactsGiveTheSameState) {
  Space space = cube(3);
  space.add("layers", randint(1, 12));
  space.add("kind", choice({"a", "b"}));
  space.add("extra", uniform(0, 1)).when("kind", "b");
  FakeView live(space, 11);
  FakeView told(space, 11);
  const auto searcher = make_searcher("cmaes", {}, 11);
  const auto rebuilt = make_searcher("cmaes", {}, 11);
  Rng rng(11, "order");
  std::vector<TrialId> running;
  for (int i = 0; i < 600; ++i) {
    if (running.size() < 5) {
      const Config config = proposal_of(live.ask(*searcher)).config;
      running.push_back(live.add(*searcher, config));
      told.add(*rebuilt, config);
      continue;
    }
    const std::size_t at = rng.below(running.size());
    const TrialId trial = running[at];
    const double loss = sphere(live.config(trial));
    live.report(*searcher, trial, loss);
    told.report(*rebuilt, trial, loss);
    const auto fate = rng.below(5);
    if (fate > 1) {
      continue;
    }
    const TrialState state = fate == 0           ? TrialState::completed
                             : rng.below(4) == 0 ? TrialState::failed
                                                 : TrialState::stopped;
    live.end(*searcher, trial, state);
    told.end(*rebuilt, trial, state);
    running.erase(running.begin() + static_cast<std::ptrdiff_t>(at));
  }
  EXPECT_EQ(proposal_of(live.ask(*searcher)).config, proposal_of(told.ask(*rebuilt)).config);
  EXPECT_EQ(proposal_of(live.ask(*searcher)).reason, proposal_of(told.ask(*rebuilt)).reason);
}

TEST(Cmaes, LearnsFromTrialsThatOthersAdd) {
  const auto distance_after = [](bool with_help) {
    FakeView view(cube(3), 12);
    const auto searcher = make_searcher("cmaes", {}, 12);
    for (int i = 0; i < 42; ++i) {
      Config config = proposal_of(view.ask(*searcher)).config;
      if (with_help && i % 7 == 0) {
        config = {{"x0", 0.7}, {"x1", 0.7}, {"x2", 0.7}};
      }
      const TrialId trial = view.add(*searcher, config);
      view.report(*searcher, trial, sphere(config));
      view.end(*searcher, trial);
    }
    return sphere(proposal_of(view.ask(*searcher)).config);
  };
  EXPECT_LT(distance_after(true), distance_after(false));
}

}  // namespace
}  // namespace luthier
