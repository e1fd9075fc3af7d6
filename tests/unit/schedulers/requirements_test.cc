// Requirements in early stopping: at a rung, results that miss one come after all that do not, by
// what they miss.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/scheduler_stage.h"

namespace luthier {
namespace {

using ::testing::HasSubstr;

struct SchedulerCase {
  std::string name;
  NamedValues options;
};

class SchedulersWithRequirements : public ::testing::TestWithParam<SchedulerCase> {};

// Every other trial is infeasible and has the better loss.
TEST_P(SchedulersWithRequirements, TrainFeasibleTrialsForLonger) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    StageOptions options{.samples = 60, .jobs = 6, .end_iteration = 27, .seed = seed};
    options.curve = [](TrialId trial, const Config&, int) {
      return static_cast<double>(trial.value % 2 == 0 ? 200 - trial.value : -trial.value);
    };
    options.judge = [](TrialId trial, const Metrics&) {
      return std::vector<double>{trial.value % 2 == 0 ? -0.5 : 1.0 + 0.1 * trial.value};
    };
    SchedulerStage stage(make_scheduler(GetParam().name, GetParam().options, options), options);
    ASSERT_TRUE(stage.run());
    EXPECT_THAT(stage.breaches(), ::testing::IsEmpty());
    std::int64_t feasible = 0;
    std::int64_t infeasible = 0;
    for (std::size_t i = 0; i < stage.trials().size(); ++i) {
      (i % 2 == 0 ? feasible : infeasible) += stage.trials()[i].furthest;
    }
    EXPECT_GT(feasible, infeasible * 3 / 2) << seed;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Schedulers,
    SchedulersWithRequirements,
    ::testing::Values(SchedulerCase{"asha", {{"max_t", 27}, {"reduction_factor", 3}}},
                      SchedulerCase{"asha",
                                    {{"max_t", 27}, {"reduction_factor", 3}, {"mode", "promote"}}},
                      SchedulerCase{"hyperband", {{"max_t", 27}}},
                      SchedulerCase{"bohb", {{"max_t", 27}}},
                      SchedulerCase{"pasha", {{"max_t", 27}, {"reduction_factor", 3}}},
                      SchedulerCase{"successive_halving", {{"min_resource", 1}}},
                      SchedulerCase{"median_stopping", {}}),
    [](const auto& each) {
      const Value* mode = each.param.options.find("mode");
      return each.param.name + (mode != nullptr ? "_" + *mode->text() : "");
    });

TEST(AshaWithRequirements, SaysWhoIsInfeasibleAndByHowMuch) {
  StageOptions options{.samples = 3, .jobs = 3};
  options.judge = [](TrialId trial, const Metrics&) {
    return std::vector<double>{trial.value == 1 ? 0.25 : -1.0};
  };
  SchedulerStage stage(make_scheduler("asha", {}, options), options);
  stage.fill();
  stage.report({0}, 1, {{"loss", 5}});
  const Decision decision = stage.report({1}, 1, {{"loss", 1}});
  EXPECT_EQ(decision.kind, DecisionKind::stop);
  EXPECT_THAT(decision.reason, HasSubstr("infeasible (by 0.25) is worse than"));
}

// While no trial has reported what a requirement needs, losses decide as ever.
TEST(AshaWithRequirements, WhatNobodyKnowsYetChangesNothing) {
  for (const bool judged : {false, true}) {
    StageOptions options{.samples = 40, .jobs = 4, .end_iteration = 27};
    if (judged) {
      options.judge = [](TrialId, const Metrics&) {
        return std::vector<double>{std::numeric_limits<double>::infinity()};
      };
    }
    SchedulerStage stage(make_scheduler("asha", {{"mode", "promote"}, {"max_t", 27}}, options),
                         options);
    ASSERT_TRUE(stage.run());
    static std::vector<std::int64_t> before;
    std::vector<std::int64_t> trained;
    for (const StageTrial& trial : stage.trials()) {
      trained.push_back(trial.furthest);
    }
    if (judged) {
      EXPECT_EQ(trained, before);
    }
    before = trained;
  }
}

}  // namespace
}  // namespace luthier
