// What no controller says is refused before anything acts on it; and how time adds up.
#include "core/log/event_check.h"

#include <limits>

#include <gtest/gtest.h>

namespace luthier {
namespace {

constexpr TimePoint kSecond = 1'000'000;
constexpr TimePoint kStart = 1'700'000'000 * kSecond;

class EventCheck : public testing::Test {
 protected:
  EventCheck() {
    ExperimentSpec spec;
    spec.name = "checked";
    spec.objectives = {{"loss", Mode::min}};
    spec.space.add("x", uniform(0, 1));
    expect_taken(ExperimentCreated{to_json(spec), "1"});
    expect_taken(ControllerStarted{"host", 1, 2});
    expect_taken(TrialAdded{.trial = {0}, .config = {{"x", 0.5}}, .proposed_by = "random"});
    expect_taken(TrialChosen{{.trial = {0}}, "fifo", 1});
    expect_taken(AttemptStarted{.trial = {0}, .attempt = 1, .segment = 1});
    expect_taken(ResultReported{{0}, 1, 1, {{"loss", 1.0}}});
  }

  Event next(EventBody body, TimePoint after = 0) const {
    return {state_.sequence() + 1, std::max(state_.time(), kStart) + after, std::move(body)};
  }
  void expect_taken(EventBody body, TimePoint after = 0) {
    const auto applied = state_.apply(next(std::move(body), after));
    EXPECT_TRUE(applied.ok()) << applied.error().message;
  }
  // Refused, and the state is what it was.
  void expect_refused(const EventBody& body) {
    const Sequence before = state_.sequence();
    const auto applied = state_.apply(next(body));
    ASSERT_FALSE(applied.ok()) << to_json(next(body));
    EXPECT_EQ(applied.error().code, ErrorCode::corruption);
    EXPECT_EQ(state_.sequence(), before);
  }

  ExperimentState state_;
};

TEST_F(EventCheck, APathThatIsNoCheckpointsIsRefused) {
  for (const char* directory : {"/etc",
                                "../x",
                                "trials/00000/checkpoints/../../../x",
                                "trials/00000/checkpoints/..",
                                "trials/00000/checkpoints/.",
                                "trials/00000/checkpoints/",
                                "trials/00000/checkpoints",
                                "trials/00000/checkpoints/000001/x",
                                "trials/00000/checkpoints/.tmp-1-1-1",
                                "trials/00001/checkpoints/000001",
                                "./trials/00000/checkpoints/000001",
                                "trials//00000/checkpoints/000001",
                                "trials",
                                "control",
                                ".",
                                ""}) {
    expect_refused(CheckpointCommitted{{1}, {0}, 1, directory, 1});
  }
  expect_refused(
      CheckpointCommitted{{1}, {0}, 1, std::string("trials/00000/checkpoints/000001\0x", 33), 1});
  expect_taken(CheckpointCommitted{{1}, {0}, 1, "trials/00000/checkpoints/000001", 1});
  expect_taken(CheckpointCommitted{{2}, {0}, 1, "trials/00000/checkpoints/000001-2", 1});
}

TEST_F(EventCheck, WhatContradictsTheLogIsRefused) {
  expect_refused(ExperimentCreated{"{}", "1"});
  expect_refused(DecisionMade{{7}, 1, {}, "asha", 1});
  expect_refused(DecisionMade{{0}, 2, {}, "asha", 1});
  expect_refused(TrialAdded{.trial = {0}});
  expect_refused(TrialAdded{.trial = {2}});
  expect_refused(TrialAdded{.trial = {1}, .resources = {.cpu = -1}});
  expect_refused(
      TrialAdded{.trial = {1}, .resources = {.cpu = std::numeric_limits<double>::quiet_NaN()}});
  expect_refused(TrialChosen{{.trial = {0}}, "fifo", 1});
  expect_refused(TrialChosen{{.trial = {-1}}, "fifo", 1});
  expect_refused(AttemptStarted{.trial = {0}, .attempt = 2, .segment = 1});
  expect_refused(ResultReported{{0}, 1, 1, {}});
  expect_refused(ResultReported{{0}, 2, 2, {}});
  expect_refused(ResultReported{{0}, 1, std::numeric_limits<std::int64_t>::max(), {}});
  expect_refused(CheckpointRemoved{{1}});
  expect_refused(AttemptEnded{{0}, 2, Outcome::returned, "", 0});
  expect_refused(TrialRequeued{{0}, std::numeric_limits<TimePoint>::max(), "", false});
  expect_refused(TrialRequeued{{0}, -1, "", false});
  expect_refused(TrialEnded{{0}, TrialState::running, ""});
  expect_refused(TrialEnded{{3}, TrialState::failed, ""});
  expect_refused(ControlRequested{"stop", {9}, "someone", ""});
  expect_refused(LimitReached{"trial_timeout", {9}, ""});
  expect_refused(LimitsChanged{-1, 0});
  expect_refused(LimitsChanged{1, std::numeric_limits<double>::infinity()});
}

TEST_F(EventCheck, AnotherSpaceNeedsTheSameParametersAndNoTrialThatGoesOn) {
  Space wider;
  wider.add("x", uniform(0, 2));
  Space other;
  other.add("y", uniform(0, 2));
  expect_refused(LimitsChanged{1, 0, to_json(wider)});
  expect_taken(AttemptEnded{{0}, 1, Outcome::returned, "", 0});
  expect_taken(TrialEnded{{0}, TrialState::completed, ""});
  expect_refused(LimitsChanged{1, 0, "{}"});
  expect_refused(LimitsChanged{1, 0, "no JSON"});
  expect_refused(LimitsChanged{1, 0, to_json(other)});
  EXPECT_FALSE(state_.has_changed_space());
  expect_taken(LimitsChanged{1, 0, to_json(wider)});
  EXPECT_EQ(state_.spec().space, wider);
  EXPECT_EQ(state_.space().declaration(), wider);
  EXPECT_TRUE(state_.has_changed_space());
}

TEST_F(EventCheck, WhatOutputMeansIsDecidedOnce) {
  expect_taken(OutputUnderstood{"{}"});
  expect_refused(OutputUnderstood{"{}"});
}

// Neither ends the experiment: what runs goes on or is pending again, and a session may follow.
TEST_F(EventCheck, LimitsThatOnlyInterruptAreTaken) {
  for (const char* limit : {"failing_early", "no_program"}) {
    expect_taken(LimitReached{limit, {-1}, "because"});
    EXPECT_TRUE(state_.closing_reason().empty()) << limit;
  }
  expect_taken(AttemptEnded{{0}, 1, Outcome::paused, "", 0, {.wall_s = 1.5, .cpu_s = 0.5}});
  EXPECT_DOUBLE_EQ(state_.record({0}).measured.wall_s, 1.5);
  expect_taken(TrialRequeued{{0}, 0, "because", false});
  expect_taken(ControllerStopped{false, "because"});
  expect_taken(ControllerStarted{"host", 1, 2});
}

// Known results are trials from the first event on, and nothing can happen to them.
TEST_F(EventCheck, KnownResultsAreTrialsThatHaveEnded) {
  ExperimentSpec spec = state_.spec();
  spec.known = {{.config = {{"x", 0.25}}, .metrics = {{"loss", 2.0}}},
                {.config = {{"x", 0.75}}, .metrics = {{"loss", 3.0}}}};
  ExperimentState state;
  const auto apply = [&](EventBody body) {
    return state.apply({state.sequence() + 1, kStart, std::move(body)}).ok();
  };
  ASSERT_TRUE(apply(ExperimentCreated{to_json(spec), "1"}));
  ASSERT_EQ(state.trial_count(), 2);
  EXPECT_EQ(state.count(TrialState::completed), 2);
  ASSERT_TRUE(apply(ControllerStarted{"host", 1, 2}));
  for (const TrialId known : {TrialId{0}, TrialId{1}}) {
    EXPECT_FALSE(apply(TrialAdded{.trial = known, .config = {{"x", 0.5}}}));
    EXPECT_FALSE(apply(TrialChosen{{.trial = known}, "fifo", 1}));
    EXPECT_FALSE(apply(AttemptStarted{.trial = known, .attempt = 1, .segment = 1}));
    EXPECT_FALSE(apply(ResultReported{known, 1, 1, {{"loss", 1.0}}}));
    EXPECT_FALSE(apply(TrialEnded{known, TrialState::failed, ""}));
  }
  EXPECT_TRUE(apply(TrialAdded{.trial = {2}, .config = {{"x", 0.5}}}));
}

TEST_F(EventCheck, KnownResultsThatRunWouldRefuseAreRefused) {
  const KnownResult fine{.config = {{"x", 0.25}}, .metrics = {{"loss", 2.0}}};
  const auto created = [&](const KnownResult& known) {
    ExperimentSpec spec = state_.spec();
    spec.known = {fine, known};
    ExperimentState state;
    const auto applied = state.apply({1, kStart, ExperimentCreated{to_json(spec), "1"}});
    EXPECT_EQ(applied.ok(), state.created());
    return applied.ok();
  };
  EXPECT_TRUE(created(fine));
  EXPECT_FALSE(created({.config = {{"x", 7.0}}, .metrics = {{"loss", 2.0}}}));
  EXPECT_FALSE(created({.config = {}, .metrics = {{"loss", 2.0}}}));
  EXPECT_FALSE(created({.config = {{"x", 0.25}}, .metrics = {}}));
  EXPECT_FALSE(created({.config = {{"x", 0.25}}, .metrics = {{"loss", "text"}}}));
  EXPECT_FALSE(
      created({.config = {{"x", 0.25}}, .metrics = {{"loss", 2.0}}, .training_iteration = -3}));
}

TEST_F(EventCheck, TimesThatNoClockShowsAreRefused) {
  for (const TimePoint time : {std::numeric_limits<TimePoint>::min(),
                               TimePoint{-1},
                               std::numeric_limits<TimePoint>::max()}) {
    EXPECT_FALSE(state_.apply({state_.sequence() + 1, time, Note{"x"}}).ok());
  }
}

TEST_F(EventCheck, ASessionThatCrashedLastedUntilItsLastEvent) {
  expect_taken(Heartbeat{}, 10 * kSecond);
  EXPECT_DOUBLE_EQ(state_.elapsed_s(), 10);
  // The machine was down for a day.
  expect_taken(ControllerStarted{"host", 2, 2}, 86400 * kSecond);
  EXPECT_DOUBLE_EQ(state_.elapsed_s(), 10);
  expect_taken(Note{"x"}, 5 * kSecond);
  EXPECT_DOUBLE_EQ(state_.elapsed_s(), 15);
  expect_taken(ControllerStopped{false, "left"}, 2 * kSecond);
  EXPECT_DOUBLE_EQ(state_.elapsed_s(), 17);
  expect_taken(Note{"x"}, 1000 * kSecond);
  EXPECT_DOUBLE_EQ(state_.elapsed_s(), 17);
}

// The clock was years behind, and was put right between two sessions.
TEST_F(EventCheck, AClockThatIsPutRightUsesNothingUp) {
  ExperimentState state;
  TimePoint time = 5 * kSecond;
  Sequence sequence = 0;
  const auto add = [&](EventBody body, TimePoint after) {
    time += after;
    ASSERT_TRUE(state.apply({++sequence, time, std::move(body)}).ok());
  };
  add(ExperimentCreated{to_json(state_.spec()), "1"}, 0);
  add(ControllerStarted{"host", 1, 1}, 0);
  add(Heartbeat{}, kSecond);
  add(ControllerStarted{"host", 1, 1}, 50 * 365 * 86400 * kSecond);
  add(Heartbeat{}, kSecond);
  EXPECT_DOUBLE_EQ(state.elapsed_s(), 2);
}

}  // namespace
}  // namespace luthier
