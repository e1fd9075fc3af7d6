// The expected gain of a front, against draws from the predictions and against small differences.
#include "search/gp/front_gain.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "core/pareto/hypervolume.h"
#include "luthier/rng.h"
#include "search/gp/requirement_values.h"

namespace luthier {
namespace {

using gp::FrontGain;
using gp::Posterior;

std::vector<Losses> random_results(std::size_t count, std::size_t objectives, Rng& rng) {
  std::vector<Losses> out(count, Losses(objectives));
  for (Losses& losses : out) {
    for (double& each : losses) {
      each = rng.uniform();
    }
  }
  return out;
}

std::vector<Posterior::Prediction> random_predictions(std::size_t objectives, Rng& rng) {
  std::vector<Posterior::Prediction> out;
  for (std::size_t i = 0; i < objectives; ++i) {
    out.push_back({.mean = rng.uniform(), .deviation = 0.05 + 0.5 * rng.uniform()});
  }
  return out;
}

class FrontGains : public ::testing::TestWithParam<std::size_t> {};

TEST_P(FrontGains, AreTheMeanOfWhatDrawsAdd) {
  const std::size_t objectives = GetParam();
  for (std::uint64_t seed = 0; seed < 4; ++seed) {
    Rng rng(seed, "front gain test");
    const auto results = random_results(seed == 0 ? 0 : 6, objectives, rng);
    const Losses reference(objectives, 1.1);
    const FrontGain gain(results, reference);
    const auto predictions = random_predictions(objectives, rng);
    double sum = 0;
    constexpr int kDraws = 20000;
    for (int draw = 0; draw < kDraws; ++draw) {
      Losses point;
      for (const auto& [mean, deviation] : predictions) {
        point.push_back(mean + deviation * rng.normal());
      }
      sum += hypervolume_added(point, results, reference);
    }
    const double expected = sum / kDraws;
    EXPECT_NEAR(std::exp(gain.log_gain(predictions)), expected, 0.05 * expected + 1e-4) << seed;
    EXPECT_DOUBLE_EQ(gain.dominated(), hypervolume(results, reference));
  }
}

TEST_P(FrontGains, SlopesAreThoseOfSmallSteps) {
  const std::size_t objectives = GetParam();
  Rng rng(9, "front gain test");
  const FrontGain gain(random_results(6, objectives, rng), Losses(objectives, 1.1));
  const auto predictions = random_predictions(objectives, rng);
  FrontGain::Slopes slopes;
  EXPECT_DOUBLE_EQ(gain.log_gain(predictions, slopes), gain.log_gain(predictions));
  constexpr double kStep = 1e-5;
  for (std::size_t i = 0; i < objectives; ++i) {
    const auto at = [&](double mean, double deviation) {
      auto moved = predictions;
      moved[i].mean += mean;
      moved[i].deviation += deviation;
      return gain.log_gain(moved);
    };
    EXPECT_NEAR(slopes.mean[i], (at(kStep, 0) - at(-kStep, 0)) / 2 / kStep, 1e-5);
    EXPECT_NEAR(slopes.deviation[i], (at(0, kStep) - at(0, -kStep)) / 2 / kStep, 1e-5);
  }
}

INSTANTIATE_TEST_SUITE_P(Objectives, FrontGains, ::testing::Values(2, 3, 4));

TEST(FrontGain, AHopelessResultGainsNothingAndHasNoSlope) {
  const FrontGain gain = FrontGain::beyond(std::vector<Losses>{{0, 1}, {1, 0}}, 1);
  const std::vector<Posterior::Prediction> predictions = {{.mean = 1000, .deviation = 0.01},
                                                          {.mean = 1000, .deviation = 0.01}};
  FrontGain::Slopes slopes;
  EXPECT_NEAR(gain.log_gain(predictions, slopes), std::log(1e-300), 1e-6);
  EXPECT_EQ(slopes.mean, (std::vector<double>{0, 0}));
}

TEST(FrontGain, TheReferenceIsBeyondTheWorstOfTheFrontAlone) {
  const FrontGain gain = FrontGain::beyond(std::vector<Losses>{{0, 10}, {10, 0}, {100, 100}}, 1);
  EXPECT_NEAR(gain.dominated(), 11 * 11 - 10 * 10, 1e-9);
  EXPECT_NEAR(FrontGain::beyond(std::vector<Losses>{{3, 7}}, 2).dominated(), 4, 1e-9);
  EXPECT_NEAR(FrontGain::beyond(std::vector<Losses>{{0, 0.01}, {0.01, 0}}, 1).dominated(),
              0.21 * 0.21 - 0.01 * 0.01,
              1e-9);
}

TEST(FrontGain, AResultThatLosesALotForNextToNothingDoesNotMoveTheReference) {
  const FrontGain gain = FrontGain::beyond(
      std::vector<Losses>{{0, 1, 1}, {1, 0, 1}, {1, 1, 0}, {50, 0.99, -0.01}}, 0.1);
  EXPECT_NEAR(gain.dominated(), 3 * 1.1 * 0.1 * 0.1 - 2 * 0.1 * 0.1 * 0.1, 1e-9);
  const FrontGain fair = FrontGain::beyond(std::vector<Losses>{{0, 10}, {10, 0}, {5, 4}}, 1);
  EXPECT_NEAR(fair.dominated(), 11 * 1 + 6 * 6 + 1 * 4, 1e-9);
}

// ---- requirement_values

TEST(RequirementValues, KeepTheOrderAndTheSign) {
  const std::vector<double> excess = {-2,
                                      0.5,
                                      1e30,
                                      -std::numeric_limits<double>::infinity(),
                                      std::numeric_limits<double>::infinity(),
                                      -1e-9,
                                      0};
  const auto values = gp::requirement_values(excess);
  ASSERT_TRUE(values);
  double squares = 0;
  for (std::size_t i = 0; i < excess.size(); ++i) {
    EXPECT_EQ((*values)[i] > 0, excess[i] > 0) << i;
    squares += (*values)[i] * (*values)[i];
    for (std::size_t k = 0; k < excess.size(); ++k) {
      EXPECT_TRUE(!(excess[i] < excess[k]) || (*values)[i] <= (*values)[k]) << i << " " << k;
    }
  }
  EXPECT_NEAR(squares, static_cast<double>(excess.size()), 1e-9);
}

TEST(RequirementValues, ThereAreNoneWhereAllTrialsAreAlike) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  EXPECT_FALSE(gp::requirement_values(std::vector<double>{kInfinity, kInfinity}));
  EXPECT_FALSE(gp::requirement_values(std::vector<double>{-kInfinity, -kInfinity}));
  EXPECT_FALSE(gp::requirement_values(std::vector<double>{}));
  EXPECT_TRUE(gp::requirement_values(std::vector<double>{kInfinity, -kInfinity}));
  EXPECT_TRUE(gp::requirement_values(std::vector<double>{1, 2}));
}

}  // namespace
}  // namespace luthier
