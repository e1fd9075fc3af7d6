// HyperBand's brackets: their sizes, their cuts, and what happens to unfilled ones.
#include <algorithm>
#include <cmath>
#include <map>

#include <gtest/gtest.h>

#include "support/scheduler_stage.h"

namespace luthier {
namespace {

// The brackets as played: trials are added one after the other and all report each iteration; the
// first iteration a trial waits or stops at is its bracket's first milestone.
std::vector<std::pair<int, int>> brackets_of(double max_t, double eta, int samples) {
  const StageOptions options{.samples = samples, .jobs = samples};
  SchedulerStage stage(make_scheduler("hyperband", {{"max_t", max_t}, {"reduction_factor", eta}}),
                       options);
  stage.fill();
  std::vector<std::pair<int, int>> brackets;
  for (std::int64_t i = 0; i < samples; ++i) {
    int milestone = 1;
    while (stage.report({i}, milestone, {{"loss", 1.0}}).kind == DecisionKind::proceed) {
      ++milestone;
      if (stage.at({i}).decisions.back().reason != "below milestone") {
        --milestone;  // the last of its bracket goes on at once
        break;
      }
    }
    if (brackets.empty() || brackets.back().second != milestone) {
      brackets.emplace_back(0, milestone);
    }
    ++brackets.back().first;
  }
  return brackets;
}

TEST(Hyperband, DefaultsGiveTheBracketsOfTheWorkedExample) {
  const std::vector<std::pair<int, int>> expected = {{5, 81}, {8, 27}, {15, 9}, {34, 3}, {81, 1}};
  EXPECT_EQ(brackets_of(81, 3, 5 + 8 + 15 + 34 + 81), expected);
}

TEST(Hyperband, BracketSizesFollowTheFormula) {
  for (const double eta : {2, 3, 4, 5}) {
    for (const int max_t : {4, 9, 16, 27, 50}) {
      const int last = static_cast<int>(std::nearbyint(std::log(max_t) / std::log(eta)));
      std::vector<std::pair<int, int>> expected;
      int samples = 0;
      for (int s = 0; s <= last; ++s) {
        const int r = static_cast<int>(max_t * std::pow(eta, -s));
        const int n = static_cast<int>(std::ceil((last + 1.0) / (s + 1) * std::pow(eta, s)));
        if (r > 0) {
          expected.emplace_back(n, r);
          samples += n;
        }
      }
      EXPECT_EQ(brackets_of(max_t, eta, samples), expected) << max_t << " " << eta;
    }
  }
}

TEST(Hyperband, ABandFollowsABand) {
  const auto brackets = brackets_of(9, 3, (3 + 5 + 9) * 2);
  const std::vector<std::pair<int, int>> expected = {
      {3, 9}, {5, 3}, {9, 1}, {3, 9}, {5, 3}, {9, 1}};
  EXPECT_EQ(brackets, expected);
}

// max_t 9, eta 3: bracket 0 takes 3 trials, bracket 1 takes 5 to iteration 3 and keeps 2.
class SecondBracket : public testing::Test {
 protected:
  explicit SecondBracket(int samples = 8)
      : stage_(make_scheduler("hyperband", {{"max_t", 9}}), {.samples = samples, .jobs = 100}) {
    stage_.fill();
  }
  Decision meet(std::int64_t trial, double loss) {
    Decision decision = stage_.report({trial}, 3, {{"loss", loss}});
    if (decision.kind == DecisionKind::pause) {
      stage_.finish_pause({trial});
    }
    return decision;
  }
  SchedulerStage stage_;
};

TEST_F(SecondBracket, PausesUntilAllHaveMetThenKeepsTheBest) {
  const Decision first = meet(3, 0.5);
  EXPECT_EQ(first.kind, DecisionKind::pause);
  EXPECT_EQ(first.reason, "waits at iteration 3 for 4 others of its bracket");
  meet(4, 0.1);
  meet(5, 0.9);
  meet(6, 0.8);
  const Decision last = meet(7, 0.3);
  EXPECT_EQ(last.kind, DecisionKind::proceed);
  EXPECT_EQ(last.reason, "0.3 is number 2 of 5 at iteration 3; the best 2 go on");
  stage_.fill();
  EXPECT_EQ(stage_.at({4}).state, TrialState::running);
  for (const std::int64_t lost : {3, 5, 6}) {
    EXPECT_EQ(stage_.at({lost}).state, TrialState::stopped) << lost;
  }
  const Decision end = stage_.report({4}, 9, {{"loss", 0.1}});
  EXPECT_EQ(end.reason, "reached the last milestone of its bracket at iteration 9 (max_t 9)");
  EXPECT_EQ(end.numbers, (Numbers{{"max_t", 9}}));
}

TEST_F(SecondBracket, TheLastToMeetIsStoppedWhenItIsWorst) {
  for (std::int64_t i = 3; i < 7; ++i) {
    meet(i, 0.1);
  }
  EXPECT_EQ(meet(7, 0.9).kind, DecisionKind::stop);
}

TEST_F(SecondBracket, AFailureCompletesTheBracket) {
  for (std::int64_t i = 3; i < 7; ++i) {
    meet(i, 0.1 * static_cast<double>(i));
  }
  stage_.end({7}, TrialState::failed);
  stage_.fill();
  EXPECT_EQ(stage_.at({3}).state, TrialState::running);
  EXPECT_EQ(stage_.at({4}).state, TrialState::running);
  EXPECT_EQ(stage_.at({5}).state, TrialState::stopped);
}

TEST_F(SecondBracket, NanTakesAPlaceButIsStopped) {
  EXPECT_EQ(meet(3, std::nan("")).kind, DecisionKind::stop);
  for (std::int64_t i = 4; i < 7; ++i) {
    EXPECT_EQ(meet(i, 1.0).kind, DecisionKind::pause);
  }
  EXPECT_EQ(meet(7, 0.5).kind, DecisionKind::proceed);
}

TEST_F(SecondBracket, AHeldTrialDoesNotBlockTheOthersForEver) {
  for (std::int64_t i = 3; i < 7; ++i) {
    meet(i, 0.1 * static_cast<double>(i));
  }
  stage_.hold({7}, true);
  stage_.set_state({7}, TrialState::paused);
  stage_.fill();
  EXPECT_EQ(stage_.at({3}).state, TrialState::paused) << "bracket 0 still runs";
  for (std::int64_t i = 0; i < 3; ++i) {
    stage_.report({i}, 9, {{"loss", 1.0}});
  }
  stage_.fill();
  EXPECT_EQ(stage_.at({3}).state, TrialState::running);
  EXPECT_EQ(stage_.at({6}).state, TrialState::stopped);
  EXPECT_EQ(stage_.at({7}).state, TrialState::paused);
}

class UnfilledBracket : public SecondBracket {
 protected:
  UnfilledBracket() : SecondBracket(6) {}
};

TEST_F(UnfilledBracket, GoesOnWithWhatItHasWhenNoMoreTrialsCome) {
  meet(3, 0.3);
  meet(4, 0.2);
  EXPECT_EQ(meet(5, 0.1).kind, DecisionKind::proceed);
  stage_.fill();
  EXPECT_EQ(stage_.at({4}).state, TrialState::running);
  EXPECT_EQ(stage_.at({3}).state, TrialState::stopped);
}

TEST(Hyperband, WaitsForABracketToFillWhileTrialsCome) {
  SchedulerStage stage(make_scheduler("hyperband", {{"max_t", 9}}), {.samples = 100, .jobs = 4});
  stage.fill();
  EXPECT_EQ(stage.report({3}, 3, {{"loss", 0.5}}).kind, DecisionKind::pause);
  stage.finish_pause({3});
  stage.fill();
  EXPECT_EQ(stage.at({3}).state, TrialState::paused);
  // The searcher runs dry: nothing reports any more, so the cut happens when a choice is asked.
  stage.end({4}, TrialState::failed);
  stage.stop_adding();
  stage.fill();
  EXPECT_EQ(stage.at({3}).state, TrialState::running);
}

}  // namespace
}  // namespace luthier
