// The median rule against a plain transcription that looks at every result of every trial.
#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "support/scheduler_stage.h"

namespace luthier {
namespace {

struct PlainMedian {
  double grace;
  std::size_t min_samples;
  std::vector<std::vector<std::pair<double, double>>> curves = {};  // (time, loss) by trial

  bool stops(std::size_t trial, double time, double loss) {
    curves.resize(std::max(curves.size(), trial + 1));
    curves[trial].emplace_back(time, loss);
    if (time < grace) {
      return false;
    }
    std::vector<double> averages;
    for (std::size_t other = 0; other < curves.size(); ++other) {
      if (other == trial || curves[other].empty() || curves[other].back().first < time) {
        continue;
      }
      double sum = 0;
      int count = 0;
      for (const auto& [t, l] : curves[other]) {
        if (t >= grace && t <= time) {
          sum += l;
          ++count;
        }
      }
      if (count > 0 && std::isfinite(sum)) {
        averages.push_back(sum / count);
      }
    }
    if (averages.size() < min_samples) {
      return false;
    }
    std::ranges::sort(averages);
    const std::size_t half = averages.size() / 2;
    const double median =
        averages.size() % 2 == 1 ? averages[half] : (averages[half - 1] + averages[half]) / 2;
    double best = std::numeric_limits<double>::infinity();
    for (const auto& [t, l] : curves[trial]) {
      best = std::min(best, l);
    }
    return best > median;
  }
};

TEST(MedianStopping, DecidesAsTheRuleOnRandomTraces) {
  int stops = 0;
  for (std::uint64_t trace = 0; trace < 800; ++trace) {
    Rng rng(trace, "median");
    const auto grace = static_cast<std::int64_t>(rng.below(4));
    const auto samples = static_cast<std::int64_t>(1 + rng.below(4));
    const int jump = 1 + static_cast<int>(rng.below(3));
    SchedulerStage stage(make_scheduler("median_stopping",
                                        {{"grace_period", static_cast<double>(grace)},
                                         {"min_samples_required", samples}}),
                         {.samples = 12, .jobs = 12});
    stage.fill();
    PlainMedian plain{static_cast<double>(grace), static_cast<std::size_t>(samples)};
    std::vector<std::int64_t> alive;
    for (std::int64_t i = 0; i < 12; ++i) {
      alive.push_back(i);
    }
    std::vector<std::int64_t> times(12, 0);
    for (int event = 0; event < 120 && !alive.empty(); ++event) {
      const std::size_t at = rng.below(alive.size());
      const std::int64_t trial = alive[at];
      auto& time = times[static_cast<std::size_t>(trial)];
      time += 1 + static_cast<std::int64_t>(rng.below(static_cast<std::uint64_t>(jump)));
      // Whole losses: sums are exact in any order.
      double loss = static_cast<double>(rng.below(64));
      loss = rng.below(40) == 0 ? std::numeric_limits<double>::infinity() : loss;
      const bool expected =
          plain.stops(static_cast<std::size_t>(trial), static_cast<double>(time), loss);
      const Decision decision = stage.report({trial}, time, {{"loss", loss}});
      ASSERT_EQ(decision.kind == DecisionKind::stop, expected)
          << "trace " << trace << " event " << event << ": " << decision.reason;
      if (expected) {
        alive.erase(alive.begin() + static_cast<std::ptrdiff_t>(at));
        ++stops;
      }
    }
  }
  EXPECT_GT(stops, 1500);
}

SchedulerStage three_at_two(const NamedValues& settings) {
  SchedulerStage stage(make_scheduler("median_stopping", settings), {.samples = 5, .jobs = 5});
  stage.fill();
  for (std::int64_t i = 0; i < 3; ++i) {
    stage.report({i}, 1, {{"loss", 1.0}});
    stage.report({i}, 2, {{"loss", 0.5 * static_cast<double>(i)}});
  }
  return stage;
}

TEST(MedianStopping, SaysWhyInWordsAndNumbers) {
  auto stage = three_at_two({});
  EXPECT_EQ(stage.report({3}, 1, {{"loss", 1.0}}).reason, "not below median");
  auto late = three_at_two({});
  const Decision stop = late.report({3}, 2, {{"loss", 0.9}});
  EXPECT_EQ(stop.kind, DecisionKind::stop);
  EXPECT_EQ(stop.reason,
            "its best, 0.9, is worse than 0.75, the median of the averages of 3 other trials at "
            "iteration 2");
  EXPECT_EQ(stop.numbers, (Numbers{{"best", 0.9}, {"median", 0.75}, {"n", 3}, {"time", 2}}));
}

TEST(MedianStopping, ATrialWithoutANumberIsWorseThanEveryMedian) {
  auto stage = three_at_two({});
  EXPECT_EQ(stage.report({3}, 2, {{"loss", std::nan("")}}).kind, DecisionKind::stop);
}

TEST(MedianStopping, SoftStopPausesOnceAndJudgesNoMore) {
  auto stage = three_at_two({{"hard_stop", false}});
  EXPECT_EQ(stage.report({3}, 2, {{"loss", 9.0}}).kind, DecisionKind::pause);
  EXPECT_EQ(stage.report({3}, 3, {{"loss", 9.0}}).kind, DecisionKind::proceed);
}

TEST(MedianStopping, ARepeatedTimeIsNotJudgedAgain) {
  auto stage = three_at_two({});
  EXPECT_EQ(stage.report({0}, 1, {{"loss", 99.0}}).reason, "judged before");
}

}  // namespace
}  // namespace luthier
