// A disk that fails: at each of its calls, full or broken, and one that loses power. What was
// acknowledged is there afterwards, and nothing that was not written.
#include <gtest/gtest.h>
#include <sqlite3.h>

#include "support/disk_trials.h"

namespace luthier {
namespace {

struct Refusal {
  DiskCall call;
  int error;
};

class FaultyDiskCalls : public testing::TestWithParam<Refusal> {};

// Writes are many and alike: a step meets headers, pages and both files all the same.
// tests/exhaustive fails every one.
TEST_P(FaultyDiskCalls, AFailedCallIsToldAndLosesNothing) {
  const auto [call, error] = GetParam();
  const std::int64_t calls = fail_disk_call(call, 0, 0).calls;
  ASSERT_GT(calls, 0);
  const std::int64_t step = call == DiskCall::write ? 101 : 1;
  for (std::int64_t n = 1; n <= calls; n += n < 40 ? 1 : step) {
    const DiskTrial trial = fail_disk_call(call, n, error);
    EXPECT_EQ(trial.problem, "") << "call " << n << " of " << calls;
    EXPECT_TRUE(trial.refused) << "call " << n << " of " << calls << " failed and nobody was told";
  }
}

INSTANTIATE_TEST_SUITE_P(Store,
                         FaultyDiskCalls,
                         testing::Values(Refusal{DiskCall::write, SQLITE_FULL},
                                         Refusal{DiskCall::write, SQLITE_IOERR_WRITE},
                                         Refusal{DiskCall::sync, SQLITE_IOERR_FSYNC}),
                         [](const auto& info) {
                           const bool writes = info.param.call == DiskCall::write;
                           const bool full = info.param.error == SQLITE_FULL;
                           return std::string(writes ? "write" : "sync") +
                                  (full ? "_full" : "_broken");
                         });

// At writes all over a run: of pages of the log, of their copies and of its end.
TEST(FullDisk, IsOutlastedByAWriterThatWaits) {
  const std::int64_t calls = fail_disk_call(DiskCall::write, 0, 0).calls;
  std::int64_t waited = 0;
  for (std::int64_t n = 1; n <= calls; n += calls / 12 + 1) {
    const DiskTrial trial = outlast_full_disk(n);
    EXPECT_EQ(trial.problem, "") << "write " << n << " of " << calls;
    EXPECT_TRUE(!trial.refused || n < 40) << "write " << n << " of " << calls;
    waited += trial.calls;
  }
  EXPECT_GT(waited, 0);
}

TEST(FaultyDiskPower, FullDurabilityLosesNothingAcknowledged) {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    EXPECT_EQ(lose_power_once(seed, true), "") << "seed " << seed;
  }
}

TEST(FaultyDiskPower, FastDurabilityLosesTheLastBatchesAtMost) {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    EXPECT_EQ(lose_power_once(seed, false), "") << "seed " << seed;
  }
}

}  // namespace
}  // namespace luthier
