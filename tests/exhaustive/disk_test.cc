// The failing disks of tests/unit/store at every call and with thousands of power losses.
#include <cstdio>

#include <gtest/gtest.h>
#include <sqlite3.h>

#include "support/disk_trials.h"

namespace luthier {
namespace {

void fail_every(DiskCall call, int error) {
  const std::int64_t calls = fail_disk_call(call, 0, 0).calls;
  for (std::int64_t n = 1; n <= calls; ++n) {
    const DiskTrial trial = fail_disk_call(call, n, error);
    ASSERT_EQ(trial.problem, "") << "call " << n << " of " << calls;
    ASSERT_TRUE(trial.refused) << "call " << n << " of " << calls << " failed, nobody was told";
  }
  std::printf("%ld calls failed one by one\n", static_cast<long>(calls));
}

TEST(EveryDiskCall, AFullDiskIsToldAndLosesNothing) {
  fail_every(DiskCall::write, SQLITE_FULL);
}

TEST(EveryDiskCall, ABrokenWriteIsToldAndLosesNothing) {
  fail_every(DiskCall::write, SQLITE_IOERR_WRITE);
}

TEST(EveryDiskCall, AFailedSyncIsToldAndLosesNothing) {
  fail_every(DiskCall::sync, SQLITE_IOERR_FSYNC);
}

class PowerLoss : public testing::TestWithParam<bool> {};

TEST_P(PowerLoss, LeavesAPrefixAndWithFullDurabilityEveryAcknowledgedEvent) {
  for (std::uint64_t seed = 0; seed < 5000; ++seed) {
    ASSERT_EQ(lose_power_once(seed, GetParam()), "") << "seed " << seed;
  }
}

INSTANTIATE_TEST_SUITE_P(Durability, PowerLoss, testing::Bool(), [](const auto& info) {
  return std::string(info.param ? "full" : "fast");
});

}  // namespace
}  // namespace luthier
