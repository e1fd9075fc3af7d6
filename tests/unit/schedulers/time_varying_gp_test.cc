// PB2's model against the formulas, by hand for two observations.
#include "schedulers/population/time_varying_gp.h"

#include <cmath>

#include <gtest/gtest.h>

namespace luthier {
namespace {

TEST(TimeVaryingGp, AgreesWithTheFormulasForTwoObservations) {
  const DriftingKernel kernel{.length_scale = 0.5, .forgetting = 0.2, .noise = 0.1};
  const std::vector<DriftingObservation> data = {{{0, {0.2}}, 3}, {{2, {0.7}}, 5}};
  const DriftingPoint at{3, {0.6}};
  // Standardised, the values are -1 and 1, with mean 4 and spread 1.
  const double k12 = std::exp(-0.25 / 0.5) * std::pow(0.8, 1);
  const double k1 = std::exp(-0.16 / 0.5) * std::pow(0.8, 1.5);
  const double k2 = std::exp(-0.01 / 0.5) * std::pow(0.8, 0.5);
  const double d = 1.1;
  const double determinant = d * d - k12 * k12;
  const double w1 = (-d - k12) / determinant;
  const double w2 = (k12 + d) / determinant;
  const double scale = (-w1 + w2) / 2;  // y' K^-1 y / n
  const double reduction = (d * k1 * k1 - 2 * k12 * k1 * k2 + d * k2 * k2) / determinant;
  const auto prediction = TimeVaryingGp(data, kernel).predict(at);
  EXPECT_NEAR(prediction.mean, 4 + k1 * w1 + k2 * w2, 1e-12);
  EXPECT_NEAR(prediction.deviation, std::sqrt(scale * (1 - reduction)), 1e-12);
}

TEST(TimeVaryingGp, AnImaginedPointLowersTheDeviationOnly) {
  const std::vector<DriftingObservation> data = {{{0, {0.2}}, 3}, {{1, {0.7}}, 5}, {{1, {0.1}}, 2}};
  TimeVaryingGp gp(data, {.noise = 1e-4});
  const DriftingPoint at{2, {0.5}};
  const auto before = gp.predict(at);
  gp.imagine(std::vector<DriftingPoint>{at});
  const auto after = gp.predict(at);
  EXPECT_NEAR(after.mean, before.mean, 1e-12);
  EXPECT_LT(after.deviation, before.deviation / 10) << "hardly any noise: the value is known";
}

TEST(TimeVaryingGp, FindsThatTheFunctionForgets) {
  std::vector<DriftingObservation> same;
  std::vector<DriftingObservation> drifting;
  for (int i = 0; i < 40; ++i) {
    const double x = (i * 7 % 40) / 40.0;
    same.push_back({{static_cast<double>(i), {x}}, std::sin(6 * x)});
    drifting.push_back({{static_cast<double>(i), {x}}, std::sin(6 * x + i)});
  }
  EXPECT_EQ(fit_kernel(same).forgetting, 0);
  EXPECT_GT(fit_kernel(drifting).forgetting, 0);
}

}  // namespace
}  // namespace luthier
