// Opening rungs while rankings disagree.
#include <algorithm>

#include <gtest/gtest.h>

#include "support/scheduler_stage.h"

namespace luthier {
namespace {

// Twelve trials that train one after the other; the longest any of them trained while others were
// still to come.
std::int64_t furthest(const std::function<double(TrialId, const Config&, int)>& curve) {
  const StageOptions options{
      .samples = 81, .jobs = 1, .end_iteration = 1000, .one_by_one = true, .curve = curve};
  SchedulerStage stage(make_scheduler("pasha", {{"max_t", 81}, {"reduction_factor", 3}}, options),
                       options);
  EXPECT_TRUE(stage.run());
  EXPECT_EQ(stage.breaches(), std::vector<std::string>());
  std::vector<std::int64_t> iterations;
  for (const StageTrial& trial : stage.trials()) {
    iterations.push_back(trial.furthest);
  }
  std::ranges::sort(iterations, std::greater<>());
  EXPECT_EQ(iterations[0], 81) << "the best one trains to the end once no more come";
  return iterations[1];
}

TEST(Pasha, TrainsNoLongerThanTheSecondRungWhileRankingsAgree) {
  EXPECT_EQ(furthest([](TrialId trial, const Config&, int iteration) {
              return static_cast<double>(trial.value * 37 % 81) + 1.0 / iteration;
            }),
            3);
}

TEST(Pasha, OpensRungsWhileRankingsDisagree) {
  EXPECT_GT(furthest([](TrialId trial, const Config&, int iteration) {
              const auto place = static_cast<double>(trial.value * 37 % 81);
              return iteration < 3 ? place : iteration < 9 ? -place : place;
            }),
            9);
}

}  // namespace
}  // namespace luthier
