// The crash sweeps of tests/unit/engine with runs of 2,000 events.
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

}  // namespace
}  // namespace luthier
