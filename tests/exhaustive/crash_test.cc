// The crash sweeps of tests/unit/engine with runs of 2,000 events, and 10,000 seeds of messages
// that come several times.
#include <cstdio>
#include <tuple>

#include <gtest/gtest.h>

#include "support/crash_sweep.h"

namespace luthier {
namespace {

constexpr std::int64_t kEvents = 2000;

class LongCrashSweep : public testing::TestWithParam<std::tuple<SweepSubject, Death>> {};

TEST_P(LongCrashSweep, EveryCrashResumesToTheSameExport) {
  const auto& [subject, death] = GetParam();
  const SweepReport report = sweep_crashes(subject, death, kEvents);
  EXPECT_EQ(report.first_problem, "");
  EXPECT_GE(report.events, kEvents);
  EXPECT_EQ(report.covered, report.events);
  std::printf("%s %s: %ld events covered by %ld crashes; %ld answers replayed\n",
              subject.name.c_str(),
              to_text(death).c_str(),
              static_cast<long>(report.covered),
              static_cast<long>(report.crashes),
              static_cast<long>(report.replayed));
}

INSTANTIATE_TEST_SUITE_P(Algorithms,
                         LongCrashSweep,
                         testing::Combine(testing::ValuesIn(sweep_subjects().begin(),
                                                            sweep_subjects().end()),
                                          testing::ValuesIn(kDeaths)),
                         [](const auto& info) {
                           return std::get<0>(info.param).name + "_" +
                                  to_text(std::get<1>(info.param));
                         });

class ManyRepeatedMessages : public testing::TestWithParam<SweepSubject> {};

TEST_P(ManyRepeatedMessages, CountOnceInOrder) {
  constexpr std::uint64_t kSeeds = 10'000;  // of all subjects together
  const std::uint64_t seeds = kSeeds / sweep_subjects().size() + 1;
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    ASSERT_EQ(stutter_once(GetParam(), seed), "") << "seed " << seed;
  }
}

INSTANTIATE_TEST_SUITE_P(Algorithms,
                         ManyRepeatedMessages,
                         testing::ValuesIn(sweep_subjects().begin(), sweep_subjects().end()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace luthier
