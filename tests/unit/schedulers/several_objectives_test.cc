// Early stopping with several objectives, against the rules written out.
#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/pareto/pareto_order.h"
#include "support/scheduler_stage.h"

namespace luthier {
namespace {

using testing::HasSubstr;

const std::vector<Objective> kObjectives = {{"loss", Mode::min}, {"speed", Mode::max}};

Metrics metrics_of(const Losses& losses) {
  return {{"loss", losses[0]}, {"speed", -losses[1]}};
}

std::vector<Losses> random_losses(std::size_t count, std::uint64_t seed) {
  Rng rng(seed, "several objectives test");
  std::vector<Losses> out(count);
  for (Losses& losses : out) {
    losses = {rng.uniform(), rng.uniform()};
  }
  return out;
}

SchedulerStage stage_of(std::string_view name, const NamedValues& options, int samples) {
  StageOptions stage{.samples = samples, .jobs = samples, .objectives = kObjectives};
  return SchedulerStage(make_scheduler(name, options, stage), stage);
}

TEST(AshaOfSeveral, ATrialGoesOnIfItIsAmongTheBestShareOfItsRung) {
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    auto stage = stage_of("asha", {{"reduction_factor", 3}, {"max_t", 9}}, 40);
    stage.fill();
    std::vector<Losses> entered;
    for (const Losses& losses : random_losses(40, seed)) {
      const TrialId trial{static_cast<std::int64_t>(entered.size())};
      const Decision decision = stage.report(trial, 1, metrics_of(losses));
      const std::size_t rank = pareto_rank(losses, entered);
      entered.push_back(losses);
      const bool stays = rank < (entered.size() + 2) / 3;
      EXPECT_EQ(decision.kind, stays ? DecisionKind::proceed : DecisionKind::stop);
      EXPECT_THAT(decision.reason,
                  HasSubstr("number " + std::to_string(rank + 1) + " of " +
                            std::to_string(entered.size())));
    }
  }
}

TEST(AshaOfSeveral, AReasonNamesEveryObjectiveAndTheRule) {
  auto stage = stage_of("asha", {}, 2);
  stage.fill();
  stage.report({0}, 1, {{"loss", 0.5}, {"speed", 3}});
  const Decision decision = stage.report({1}, 1, {{"loss", 0.75}, {"speed", 2}});
  EXPECT_EQ(decision.kind, DecisionKind::stop);
  EXPECT_EQ(decision.reason,
            "loss 0.75, speed 2 is number 2 of 2 at iteration 1 by non-domination, then "
            "hypervolume contribution; only the best goes on");
}

TEST(AshaOfSeveral, WaitsForTheMetricsOfEveryObjective) {
  auto stage = stage_of("asha", {}, 1);
  stage.fill();
  const Decision decision = stage.report({0}, 1, {{"loss", 0.5}});
  EXPECT_EQ(decision.kind, DecisionKind::proceed);
  EXPECT_EQ(decision.reason, "no metric yet");
}

// Promotion picks, of those that wait, the first in the order of all that have entered the rung.
TEST(PromotionOfSeveral, TakesTheFirstInTheOrderOfTheRung) {
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    auto stage =
        stage_of("asha", {{"mode", "promote"}, {"reduction_factor", 4}, {"max_t", 16}}, 24);
    stage.fill();
    const auto losses = random_losses(24, seed);
    std::vector<bool> promoted(24);
    for (std::size_t i = 0; i < 24; ++i) {
      const TrialId trial{static_cast<std::int64_t>(i)};
      const Decision decision = stage.report(trial, 1, metrics_of(losses[i]));
      const std::vector<Losses> entered(losses.begin(), losses.begin() + i + 1);
      auto order = pareto_order(entered);
      order.resize((i + 1) / 4);
      std::erase_if(order, [&](std::size_t each) { return promoted[each]; });
      const bool goes_on = !order.empty() && order.front() == i;
      EXPECT_EQ(decision.kind, goes_on ? DecisionKind::proceed : DecisionKind::pause)
          << decision.reason;
      promoted[i] = goes_on;
      if (!goes_on) {
        stage.finish_pause(trial);
      }
      if (!order.empty() && !goes_on) {
        const auto choice = stage.scheduler().choose_trial_to_run(stage);
        ASSERT_TRUE(choice);
        EXPECT_EQ(choice->trial.value, static_cast<std::int64_t>(order.front()));
      }
    }
  }
}

TEST(HyperbandOfSeveral, ACutKeepsTheFirstInOrder) {
  auto stage = stage_of("hyperband", {{"max_t", 9}}, 12);  // 3 trials to 9, then 5 from 3
  stage.fill();
  const auto losses = random_losses(5, 4);
  std::vector<std::int64_t> kept;
  for (std::size_t i = 0; i < 5; ++i) {
    const TrialId trial{static_cast<std::int64_t>(i) + 3};
    const Decision decision = stage.report(trial, 3, metrics_of(losses[i]));
    if (decision.kind == DecisionKind::pause) {
      stage.finish_pause(trial);
    } else if (decision.kind == DecisionKind::proceed) {
      kept.push_back(trial.value);
    }
  }
  while (const auto choice = stage.scheduler().choose_trial_to_run(stage)) {
    if (choice->kind == ChoiceKind::run && stage.state(choice->trial) == TrialState::paused) {
      kept.push_back(choice->trial.value);
      EXPECT_THAT(choice->reason, HasSubstr("by non-domination, then hypervolume contribution"));
    }
    stage.scheduler().on_choice(stage, *choice);
    stage.set_state(choice->trial, TrialState::running);
  }
  auto expected = pareto_order(losses, 2);
  std::ranges::sort(kept);
  std::ranges::sort(expected);
  EXPECT_THAT(kept,
              testing::ElementsAre(static_cast<std::int64_t>(expected[0]) + 3,
                                   static_cast<std::int64_t>(expected[1]) + 3));
}

TEST(MedianOfSeveral, StopsWhatMoreThanHalfOfTheOthersAreBetterThan) {
  auto stage = stage_of("median_stopping", {}, 6);
  stage.fill();
  const std::vector<Losses> averages = {{1, 4}, {2, 2}, {4, 1}, {5, 5}};
  for (std::int64_t i = 0; i < 4; ++i) {
    stage.report({i}, 2, metrics_of(averages[static_cast<std::size_t>(i)]));
  }
  const Decision good = stage.report({4}, 2, metrics_of({1.5, 1.5}));
  EXPECT_EQ(good.kind, DecisionKind::proceed) << good.reason;
  const Decision bad = stage.report({5}, 2, metrics_of({4.5, 4.5}));
  EXPECT_EQ(bad.kind, DecisionKind::stop);
  EXPECT_THAT(bad.reason,
              HasSubstr("its best, loss 4.5, speed -4.5, comes after the averages of 4 of 5 other "
                        "trials at iteration 2"));
}

TEST(MedianOfSeveral, ATrialStandsWithTheBestOfEachObjective) {
  auto stage = stage_of("median_stopping", {}, 4);
  stage.fill();
  for (std::int64_t i = 0; i < 3; ++i) {
    stage.report({i}, 1, metrics_of({2, 2}));
    stage.report({i}, 2, metrics_of({2, 2}));
  }
  stage.report({3}, 1, metrics_of({1, 9}));
  const Decision decision = stage.report({3}, 2, metrics_of({9, 1}));
  EXPECT_EQ(decision.kind, DecisionKind::proceed) << decision.reason;
}

}  // namespace
}  // namespace luthier
