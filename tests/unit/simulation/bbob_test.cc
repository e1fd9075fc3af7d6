// The BBOB functions against values of the ioh package (0.3.22), instance 3 in 5 dimensions.
#include "laboratory/simulation/benchmarks/bbob.h"

#include <cmath>

#include <gtest/gtest.h>

namespace luthier {
namespace {

constexpr double kExpected[] = {
    -157.63291168,     64263065.5328459, 8218.98942707007,  2797.02821813853, 246.313504050004,
    107899.258963308,  763.204943476248, 4354.54203955444,  9729.7228979292,  451071.673528334,
    53659163.7255393,  1346319729.50335, 2082.37620586596,  134.701849919346, 398.906807891154,
    177.229283176372,  305.362816007875, 377.044623880199,  283.231990640252, 36052.3466093335,
    -311.317979196717, 35.549694229573,  -99.9935881823778, 143.832575781378};

TEST(Bbob, ValuesAgreeWithIoh) {
  const std::vector<double> x = {0.5, -1.25, 2.0, -3.5, 4.75};
  for (int number = 1; number <= BbobFunction::kFunctions; ++number) {
    const double expected = kExpected[number - 1];
    EXPECT_NEAR((*BbobFunction::make(number, 5, 3))(x), expected, 1e-9 * std::abs(expected) + 1e-9)
        << number;
  }
}

TEST(Bbob, OptimumIsReachedAndNothingNearIsLower) {
  for (int number = 1; number <= BbobFunction::kFunctions; ++number) {
    for (const int dimension : {2, 7}) {
      const auto function = BbobFunction::make(number, dimension, 4).value();
      std::vector<double> x(function.optimum().begin(), function.optimum().end());
      EXPECT_NEAR(function(x), function.optimum_value(), 1e-4) << function.name();
      x[0] -= 0.01;
      EXPECT_GE(function(x), function.optimum_value() - 1e-9) << function.name();
    }
  }
}

TEST(Bbob, RefusesWhatDoesNotExist) {
  EXPECT_FALSE(BbobFunction::make(25, 5, 1).ok());
  EXPECT_FALSE(BbobFunction::make(1, 1, 1).ok());
}

}  // namespace
}  // namespace luthier
