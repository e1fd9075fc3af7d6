// A crash at every event boundary, at each of the points where a controller can die, resumes to the
// export of the uncrashed run, byte for byte; and replay recomputes every answer. tests/exhaustive
// does the same with longer runs.
#include <tuple>

#include <gtest/gtest.h>

#include "support/crash_sweep.h"

namespace luthier {
namespace {

constexpr std::int64_t kEvents = 200;

class CrashSweep : public testing::TestWithParam<std::tuple<SweepSubject, Death>> {};

TEST_P(CrashSweep, EveryCrashResumesToTheSameExport) {
  const auto& [subject, death] = GetParam();
  const SweepReport report = sweep_crashes(subject, death, kEvents);
  EXPECT_EQ(report.first_problem, "");
  EXPECT_GE(report.events, kEvents);
  EXPECT_EQ(report.covered, report.events);
  EXPECT_GT(report.replayed, 0);
}

TEST_P(CrashSweep, ACrashOfTheRecoveryChangesNothingEither) {
  const auto& [subject, death] = GetParam();
  const SweepReport report = sweep_crashes(subject, death, kEvents / 4, true);
  EXPECT_EQ(report.first_problem, "");
  EXPECT_EQ(report.covered, report.events);
  EXPECT_GE(report.crashes, report.events / 5);
}

INSTANTIATE_TEST_SUITE_P(Algorithms,
                         CrashSweep,
                         testing::Combine(testing::ValuesIn(sweep_subjects().begin(),
                                                            sweep_subjects().end()),
                                          testing::ValuesIn(kDeaths)),
                         [](const auto& info) {
                           return std::get<0>(info.param).name + "_" +
                                  to_text(std::get<1>(info.param));
                         });

}  // namespace
}  // namespace luthier
