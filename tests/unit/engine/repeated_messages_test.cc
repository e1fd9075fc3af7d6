// Messages of trials that come several times, late and out of order count once: the experiment is
// the one that heard each of them in order. tests/exhaustive takes 10,000 seeds.
#include <gtest/gtest.h>

#include "support/crash_sweep.h"

namespace luthier {
namespace {

class RepeatedMessages : public testing::TestWithParam<SweepSubject> {};

TEST_P(RepeatedMessages, CountOnceInOrder) {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    ASSERT_EQ(stutter_once(GetParam(), seed), "") << "seed " << seed;
  }
}

INSTANTIATE_TEST_SUITE_P(Algorithms,
                         RepeatedMessages,
                         testing::ValuesIn(sweep_subjects().begin(), sweep_subjects().end()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace luthier
