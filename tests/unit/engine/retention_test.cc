// Which checkpoints go: never the newest one, and never one that a clone still needs.
#include "engine/retention.h"

#include <gtest/gtest.h>

namespace luthier {
namespace {

class Retention : public testing::Test {
 protected:
  // A donor that saves at each of its iterations.
  Retention() {
    ExperimentSpec spec{.name = "kept", .objectives = {{"loss", Mode::min}}};
    spec.space.add("x", uniform(0, 1));
    spec.keep_checkpoints = 1;
    take(ExperimentCreated{to_json(spec), "1"});
    take(ControllerStarted{"host", 1, 2});
    for (const std::int64_t trial : {0, 1}) {
      take(TrialAdded{.trial = {trial}, .config = {{"x", 0.5}}, .proposed_by = "random"});
    }
    run({.trial = {0}}, 1);
    save(1);
  }

  void take(EventBody body) {
    const auto applied = state_.apply({state_.sequence() + 1, kStart, std::move(body)});
    ASSERT_TRUE(applied.ok()) << applied.error().message;
  }
  void run(const Choice& choice, std::int64_t attempt) {
    take(TrialChosen{choice, "pbt", 1});
    take(AttemptStarted{.trial = choice.trial,
                        .attempt = attempt,
                        .segment = attempt,
                        .checkpoint = choice.checkpoint.value_or(CheckpointId{}),
                        .base_iteration = choice.checkpoint ? 1 : 0});
  }
  // The donor reports its next iteration and saves it as the checkpoint of that number.
  void save(std::int64_t iteration) {
    take(ResultReported{kDonor, 1, iteration, {{"loss", 1.0}}});
    take(CheckpointCommitted{
        .checkpoint = {iteration},
        .trial = kDonor,
        .training_iteration = iteration,
        .directory = "trials/00000/checkpoints/00000" + std::to_string(iteration)});
  }

  static constexpr TimePoint kStart = 1'700'000'000'000'000;
  static constexpr TrialId kDonor{0};
  static constexpr TrialId kClone{1};
  ExperimentState state_;
};

TEST_F(Retention, TheNewestStaysAndAnOlderOneGoes) {
  EXPECT_TRUE(superfluous_checkpoints(state_, kDonor).empty());
  save(2);
  EXPECT_EQ(superfluous_checkpoints(state_, kDonor), (std::vector<CheckpointId>{{1}}));
}

TEST_F(Retention, WhatACloneNeedsStaysUntilTheCloneHasSaved) {
  run({.trial = kClone, .config = Config{{"x", 0.6}}, .checkpoint = CheckpointId{1}}, 1);
  save(2);
  EXPECT_TRUE(superfluous_checkpoints(state_, kDonor).empty());
  take(ResultReported{kClone, 1, 2, {{"loss", 1.0}}});
  take(CheckpointCommitted{.checkpoint = {3},
                           .trial = kClone,
                           .training_iteration = 2,
                           .directory = "trials/00001/checkpoints/000003"});
  EXPECT_EQ(superfluous_checkpoints(state_, kDonor), (std::vector<CheckpointId>{{1}}));
}

}  // namespace
}  // namespace luthier
