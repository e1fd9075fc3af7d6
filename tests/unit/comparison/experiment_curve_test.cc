#include "laboratory/comparison/experiment_curve.h"

#include <cmath>
#include <limits>
#include <set>

#include <gtest/gtest.h>

namespace luthier {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Tells a reader events, one each half second unless the clock is moved.
class Story {
 public:
  explicit Story(std::optional<Budget> budget = {}) : reader_(budget) {
    ExperimentSpec spec{.name = "e", .objectives = {{"accuracy", Mode::max}}, .seed = 7};
    spec.space.add("x", uniform(0, 1));
    spec.tags = {{"task", "digits"}};
    tell(ExperimentCreated{.spec = to_json(spec)});
  }
  Story& tell(EventBody body) {
    time_ += 500'000;
    EXPECT_TRUE(reader_.take({++sequence_, time_, std::move(body)}).ok());
    return *this;
  }
  Story& wait(double seconds) {
    time_ += static_cast<TimePoint>(seconds * 1e6);
    return *this;
  }
  // The first one starts the trial at the same moment.
  Story& report(std::int64_t trial, double accuracy) {
    if (started_.insert(trial).second) {
      EXPECT_TRUE(
          reader_.take({++sequence_, time_, AttemptStarted{.trial = {trial}, .attempt = 1}}).ok());
    }
    return tell(ResultReported{.trial = {trial}, .metrics = {{"accuracy", accuracy}}});
  }
  ExperimentCurve end() { return std::move(reader_).curve(); }

 private:
  CurveReader reader_;
  std::set<std::int64_t> started_;
  Sequence sequence_ = 0;
  TimePoint time_ = 1'700'000'000'000'000;
};

TEST(CurveReader, KeepsImprovementsAndWhatWasSpent) {
  const ExperimentCurve curve = Story()
                                    .tell(ControllerStarted{.jobs = 4})
                                    .report(0, 0.5)
                                    .report(1, 0.4)
                                    .report(1, std::nan(""))
                                    .report(1, 0.9)
                                    .report(2, 0.9)
                                    .tell(ControllerStopped{.finished = true})
                                    .end();
  EXPECT_EQ(curve.name, "e");
  EXPECT_EQ(curve.jobs, 4);
  EXPECT_EQ(curve.seed, 7U);
  EXPECT_EQ(curve.tag("task"), "digits");
  EXPECT_TRUE(curve.finished);
  ASSERT_EQ(curve.points.size(), 2U);
  EXPECT_EQ(curve.points[0].best, -0.5);
  EXPECT_EQ(curve.points[1].best, -0.9);
  EXPECT_EQ(curve.points[1].trials, 2);
  EXPECT_EQ(curve.points[1].resource, 4);
  EXPECT_DOUBLE_EQ(curve.points[1].time_s, 2.0);
  EXPECT_EQ(curve.end.trials, 3);
  EXPECT_EQ(curve.end.resource, 5);
  EXPECT_DOUBLE_EQ(curve.end.time_s, 3.0);
  EXPECT_EQ(curve.best_at(CurveAxis::resource, 0), kInfinity);
  EXPECT_EQ(curve.best_at(CurveAxis::resource, 3), -0.5);
  EXPECT_EQ(curve.best_at(CurveAxis::resource, 1e9), -0.9);
}

TEST(CurveReader, TimeWithoutAControllerDoesNotCount) {
  const ExperimentCurve curve = Story()
                                    .tell(ControllerStarted{})
                                    .report(0, 0.1)
                                    .wait(1000)  // it crashed some time after this result
                                    .tell(ControllerStarted{})
                                    .report(1, 0.2)
                                    .tell(ControllerStopped{.finished = false})
                                    .wait(1000)
                                    .tell(ControllerStarted{})
                                    .report(2, 0.3)
                                    .end();
  ASSERT_EQ(curve.points.size(), 3U);
  EXPECT_DOUBLE_EQ(curve.points[0].time_s, 0.5);
  EXPECT_DOUBLE_EQ(curve.points[1].time_s, 1.0);
  EXPECT_DOUBLE_EQ(curve.points[2].time_s, 2.0);
  EXPECT_FALSE(curve.finished);
}

TEST(CurveReader, ABudgetEndsTheCurve) {
  const auto told = [](Budget budget) {
    return Story(budget)
        .tell(ControllerStarted{})
        .report(0, 0.1)
        .report(0, 0.2)
        .report(1, 0.3)
        .report(0, 0.4)
        .tell(ControllerStopped{.finished = true})
        .end();
  };
  EXPECT_EQ(told({CurveAxis::resource, 2}).end.best, -0.2);
  EXPECT_EQ(told({CurveAxis::resource, 2}).end.resource, 2);
  // What comes after the second trial started was paid for by it.
  EXPECT_EQ(told({CurveAxis::trials, 1}).end.best, -0.2);
  EXPECT_EQ(told({CurveAxis::time, 1.5}).end.best, -0.3);
  EXPECT_EQ(told({CurveAxis::time, 1.7}).end.time_s, 1.7);
  EXPECT_EQ(told({CurveAxis::time, 100}).end.best, -0.4);
}

}  // namespace
}  // namespace luthier
