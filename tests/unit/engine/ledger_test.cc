#include "engine/ledger.h"

#include <gtest/gtest.h>

namespace luthier {
namespace {

TEST(Ledger, GpusHaveTheNamesTheCallerSees) {
  Ledger ledger({.cpu = 8, .gpu = 2}, {.cpu = 0}, {"GPU-a", "7", "unused"});
  EXPECT_EQ(ledger.take({0}, {.cpu = 1, .gpu = 1}), "GPU-a");
  EXPECT_EQ(ledger.take({1}, {.cpu = 1, .gpu = 0.5}), "7");
  ledger.release({0});
  ledger.release({1});
  EXPECT_EQ(ledger.take({2}, {.cpu = 1, .gpu = 2}), "GPU-a,7");
}

TEST(Ledger, WhatATrialTakesBesideItsClaimIsHeldWithIt) {
  Ledger ledger({.cpu = 8, .gpu = 4, .custom = {{"tpu", 3}}},
                {.cpu = 2, .gpu = 1, .custom = {{"tpu", 1}}});
  const Resources claim{.cpu = 0.5, .gpu = 0.5};
  EXPECT_EQ(ledger.infeasible(claim), "");
  ASSERT_TRUE(ledger.fits(claim));
  ledger.take(TrialId{0}, claim);
  ASSERT_TRUE(ledger.fits(claim));
  ledger.take(TrialId{1}, claim);
  EXPECT_FALSE(ledger.fits(claim));  // 1.5 gpu are two devices, and both pairs are gone
  ledger.release(TrialId{0});
  EXPECT_TRUE(ledger.fits(claim));
  EXPECT_EQ(ledger.infeasible({.cpu = 7}), "it needs 9 cpus, but there are only 8");
}

}  // namespace
}  // namespace luthier
