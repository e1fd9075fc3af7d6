// ASHA's cutoffs against a plain transcription of the rule, and promotion against algorithm 2.
#include <algorithm>
#include <cmath>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/scheduler_stage.h"

namespace luthier {
namespace {

using testing::HasSubstr;

const double* number(const Numbers& numbers, std::string_view name) {
  const auto at = std::ranges::find(numbers, name, &std::pair<std::string, double>::first);
  return at == numbers.end() ? nullptr : &at->second;
}

// The stop rule written as the peer documents it: percentile over the recorded others, O(n log n).
struct PlainAsha {
  double max_t = 0;
  double grace = 1;
  double rf = 4;
  std::map<double, std::map<std::int64_t, double>, std::greater<>> rungs = {};

  PlainAsha(double max_t_, double grace_, double rf_) : max_t(max_t_), grace(grace_), rf(rf_) {
    const int count = static_cast<int>(std::log(max_t / grace) / std::log(rf) + 1);
    for (int k = 0; k < count; ++k) {
      rungs[grace * std::pow(rf, k)];
    }
  }
  static double percentile(std::vector<double> values, double percent) {
    std::ranges::sort(values);
    const double position = static_cast<double>(values.size() - 1) * (percent / 100);
    const auto below = static_cast<std::size_t>(position);
    const double a = values[below];
    const double b = values[std::min(below + 1, values.size() - 1)];
    const double t = position - static_cast<double>(below);
    return t < 0.5 ? a + (b - a) * t : b - (b - a) * (1 - t);
  }
  bool stops(std::int64_t trial, double time, double loss) {
    if (time >= max_t) {
      return true;
    }
    for (auto& [milestone, recorded] : rungs) {
      if (time < milestone || recorded.contains(trial)) {
        continue;
      }
      bool stop = false;
      if (!recorded.empty()) {
        std::vector<double> scores;
        for (const auto& [other, score] : recorded) {
          scores.push_back(score);
        }
        stop = -loss < percentile(scores, (1 - 1 / rf) * 100);
      }
      recorded[trial] = -loss;
      return stop;
    }
    return false;
  }
};

TEST(AshaStop, DecidesAsTheRuleOnRandomTraces) {
  int stops = 0;
  for (std::uint64_t trace = 0; trace < 1500; ++trace) {
    Rng rng(trace, "trace");
    const double rf = std::vector<double>{2, 3, 4, 2.5}[rng.below(4)];
    const double max_t = static_cast<double>(2 + rng.below(120));
    const double grace = static_cast<double>(1 + rng.below(2));
    const StageOptions options{.samples = 15, .jobs = 15};
    SchedulerStage stage(
        make_scheduler("asha",
                       {{"max_t", max_t}, {"grace_period", grace}, {"reduction_factor", rf}}),
        options);
    stage.fill();
    PlainAsha plain(max_t, grace, rf);
    std::vector<std::int64_t> alive(15);
    std::vector<std::int64_t> times(15, 0);
    std::ranges::generate(alive, [i = 0]() mutable { return i++; });
    for (int event = 0; event < 150 && !alive.empty(); ++event) {
      const std::size_t at = rng.below(alive.size());
      const std::int64_t trial = alive[at];
      auto& time = times[static_cast<std::size_t>(trial)];
      time += 1 + static_cast<std::int64_t>(rng.below(4));
      // Few distinct values: ties are where rounding would show.
      const double loss = rng.below(3) == 0 ? static_cast<double>(rng.below(4)) : rng.uniform(0, 3);
      const bool expected = plain.stops(trial, static_cast<double>(time), loss);
      const Decision decision = stage.report({trial}, time, {{"loss", loss}});
      ASSERT_EQ(decision.kind == DecisionKind::stop, expected)
          << "trace " << trace << " event " << event << ": " << decision.reason;
      if (expected) {
        alive.erase(alive.begin() + static_cast<std::ptrdiff_t>(at));
        ++stops;
      }
    }
  }
  EXPECT_GT(stops, 5000);
}

SchedulerStage play(const NamedValues& settings, int n, Mode mode = Mode::min) {
  const StageOptions options{.samples = n, .jobs = n, .objectives = {{"loss", mode}}};
  SchedulerStage stage(make_scheduler("asha", settings, options), options);
  stage.fill();
  return stage;
}

TEST(AshaStop, SaysWhyInWordsAndNumbers) {
  auto stage = play({}, 5);
  EXPECT_EQ(stage.report({0}, 1, {{"loss", 0.4}}).reason, "first at the rung of iteration 1");
  stage.report({1}, 1, {{"loss", 0.3}});
  const Decision stop = stage.report({2}, 1, {{"loss", 0.5}});
  EXPECT_EQ(stop.kind, DecisionKind::stop);
  EXPECT_EQ(stop.reason,
            "0.5 is worse than the best 1/4 of 2 results at iteration 1 (cutoff 0.325)");
  EXPECT_EQ(stop.numbers, (Numbers{{"value", 0.5}, {"cutoff", 0.325}, {"rung", 1}, {"n", 2}}));
}

TEST(AshaStop, MaximisesInTheMetricsOwnSign) {
  auto stage = play({}, 5, Mode::max);
  stage.report({0}, 1, {{"loss", 0.9}});
  const Decision stop = stage.report({1}, 1, {{"loss", 0.8}});
  EXPECT_EQ(stop.reason, "0.8 is worse than the best 1/4 of 1 result at iteration 1 (cutoff 0.9)");
}

TEST(AshaStop, CompletesATrialAtMaxT) {
  auto stage = play({{"max_t", 9}}, 1);
  const Decision stop = stage.report({0}, 12, {{"loss", 1.0}});
  EXPECT_EQ(stop.kind, DecisionKind::stop);
  EXPECT_EQ(stop.reason, "reached max_t 9 at iteration 12");
  EXPECT_EQ(stop.numbers, (Numbers{{"max_t", 9}}));
}

TEST(AshaStop, StopsNanAlsoAsTheFirstOfARung) {
  auto stage = play({}, 2);
  EXPECT_EQ(stage.report({0}, 1, {{"loss", std::nan("")}}).kind, DecisionKind::stop);
  EXPECT_EQ(stage.report({1}, 1, {{"loss", 5.0}}).reason, "first at the rung of iteration 1");
}

TEST(AshaStop, ReadsTimeFromAMetric) {
  auto stage = play({{"time_attr", "epoch"}, {"max_t", 20}}, 3);
  EXPECT_EQ(stage.report({0}, 1, {{"loss", 1.0}}).reason, "no time yet");
  EXPECT_EQ(stage.report({0}, 2, {{"loss", 1.0}, {"epoch", "late"}}).reason, "no time yet");
  EXPECT_EQ(stage.report({0}, 3, {{"loss", 1.0}, {"epoch", 4}}).reason,
            "first at the rung of epoch 4");
  EXPECT_EQ(stage.report({0}, 4, {{"loss", 1.0}, {"epoch", 20.5}}).reason,
            "reached max_t 20 at epoch 20.5");
}

TEST(Asha, RefusesRungsThatCannotBe) {
  const auto wrong = try_make_scheduler("asha", {{"grace_period", 50}, {"max_t", 10}});
  ASSERT_FALSE(wrong.ok());
  EXPECT_THAT(wrong.error().message,
              HasSubstr("grace_period of scheduler 'asha' is 50, more than max_t 10"));
  const auto many = try_make_scheduler("asha", {{"reduction_factor", 1.1}, {"max_t", 1e6}});
  ASSERT_FALSE(many.ok());
  EXPECT_THAT(many.error().message, HasSubstr("can have 64"));
}

// The share of trials in each bracket follows the softmax of the brackets' sizes.
TEST(Asha, SpreadsTrialsOverBracketsByTheirRungs) {
  const StageOptions options{.samples = 6000, .jobs = 6000, .seed = 3};
  SchedulerStage stage(make_scheduler("asha", {{"brackets", 3}}, options), options);
  for (int i = 0; i < 6000; ++i) {
    stage.add_trial();
  }
  int in_first = 0;
  int in_last = 0;
  for (int i = 0; i < 6000; ++i) {
    const std::string at_one =
        stage.scheduler().on_result(stage, {i}, {1, {{"loss", 1.0}}, 0}).reason;
    const std::string at_four =
        stage.scheduler().on_result(stage, {i}, {4, {{"loss", 1.0}}, 0}).reason;
    in_first += at_one == "between rungs" ? 0 : 1;
    in_last += at_four == "between rungs" ? 1 : 0;
  }
  const double total = std::exp(4) + std::exp(3) + std::exp(2);  // 4, 3 and 2 rungs
  EXPECT_NEAR(in_first / 6000.0, std::exp(4) / total, 0.02);
  EXPECT_NEAR(in_last / 6000.0, std::exp(2) / total, 0.02);
}

TEST(AshaPromote, PromotesTheBestShareOfARungOnce) {
  const StageOptions options{.samples = 9, .jobs = 9};
  SchedulerStage stage(
      make_scheduler("asha", {{"mode", "promote"}, {"reduction_factor", 3}, {"max_t", 9}}),
      options);
  stage.fill();
  stage.stop_adding();
  for (std::int64_t i = 0; i < 8; ++i) {
    const Decision decision = stage.report({i}, 1, {{"loss", static_cast<double>(10 - i)}});
    // Each newcomer is the best so far; the first third of the arrivals is promotable.
    EXPECT_EQ(decision.kind, (i + 1) / 3 > 0 ? DecisionKind::proceed : DecisionKind::pause) << i;
    if (decision.kind == DecisionKind::pause) {
      stage.finish_pause({i});
    }
    if (i == 4) {
      break;
    }
  }
  const Decision worst = stage.report({5}, 1, {{"loss", 50.0}});
  EXPECT_EQ(worst.kind, DecisionKind::pause);
  EXPECT_EQ(worst.reason, "waits: 50 is number 6 of 6 at iteration 1, where the best 2 go on");
}

TEST(AshaPromote, AnswersAFreeSlotWithTheHighestRungsBest) {
  const StageOptions options{.samples = 100, .jobs = 6};
  SchedulerStage stage(
      make_scheduler("asha", {{"mode", "promote"}, {"reduction_factor", 2}, {"max_t", 8}}),
      options);
  stage.fill();
  // Trials 0 and 1 meet at the rung of iteration 2, the others at the rung of iteration 1.
  ASSERT_EQ(stage.report({0}, 2, {{"loss", 0.7}}).kind, DecisionKind::pause);
  stage.finish_pause({0});
  ASSERT_EQ(stage.report({2}, 1, {{"loss", 0.1}}).kind, DecisionKind::pause);
  stage.finish_pause({2});
  ASSERT_EQ(stage.report({1}, 2, {{"loss", 0.9}}).kind, DecisionKind::pause);
  const auto choice = stage.scheduler().choose_trial_to_run(stage);
  ASSERT_TRUE(choice);
  EXPECT_EQ(choice->trial, TrialId{0});
  EXPECT_EQ(choice->reason,
            "promoted: 0.7 is number 1 of 2 at iteration 2, where only the best goes on");
  EXPECT_EQ(*number(choice->numbers, "rung"), 2);
}

// Every promotion in random runs is one that algorithm 2 allows: among the best floor(n/rf) of what
// had entered the rung, and no trial is promoted twice from one rung.
TEST(AshaPromote, PromotesOnlyWhatTheRuleAllows) {
  int promotions = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    StageOptions options{.samples = 40,
                         .jobs = 1 + static_cast<int>(seed % 8),
                         .nan_probability = 0.1,
                         .seed = seed};
    SchedulerStage stage(
        make_scheduler(
            "asha", {{"mode", "promote"}, {"reduction_factor", 3}, {"max_t", 27}}, options),
        options);
    ASSERT_TRUE(stage.run());
    for (const Choice& choice : stage.choices()) {
      if (choice.reason.starts_with("promoted")) {
        ASSERT_LE(*number(choice.numbers, "rank"), *number(choice.numbers, "promoted"));
        ASSERT_EQ(*number(choice.numbers, "promoted"),
                  std::floor(*number(choice.numbers, "n") / 3));
        ++promotions;
      }
    }
    for (const StageTrial& trial : stage.trials()) {
      ASSERT_LE(trial.attempts, 4);  // a start and one promotion from each of three rungs
    }
  }
  EXPECT_GT(promotions, 200);
}

TEST(AshaPromote, ALostPauseKeepsItsPlace) {
  const StageOptions options{.samples = 2, .jobs = 2, .retries = 1};
  SchedulerStage stage(
      make_scheduler("asha", {{"mode", "promote"}, {"reduction_factor", 2}, {"max_t", 4}}),
      options);
  stage.fill();
  ASSERT_EQ(stage.report({0}, 1, {{"loss", 0.1}}).kind, DecisionKind::pause);
  // The controller died while trial 0 saved: it is started again and pauses by the stored decision.
  stage.at({0}).saving = false;
  stage.finish_pause({0});
  stage.set_state({0}, TrialState::pending);
  const auto again = stage.scheduler().choose_trial_to_run(stage);
  ASSERT_TRUE(again);
  stage.scheduler().on_choice(stage, *again);
  stage.set_state({0}, TrialState::paused);
  ASSERT_EQ(stage.report({1}, 1, {{"loss", 0.9}}).kind, DecisionKind::pause);
  const auto promoted = stage.scheduler().choose_trial_to_run(stage);
  ASSERT_TRUE(promoted);
  EXPECT_EQ(promoted->trial, TrialId{0});
}

}  // namespace
}  // namespace luthier
