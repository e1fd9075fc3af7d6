// How a trial ends when what was decided about it and what its program did cross on the way, and
// when an experiment is left because its trials can't succeed.
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "engine/early_failure.h"
#include "engine/plan.h"
#include "store/memory_store.h"
#include "support/simulated_run.h"
#include "tuner/plugin_registry.h"

namespace luthier::testing {
namespace {

ExperimentSpec base_spec(std::int64_t samples) {
  ExperimentSpec spec{.name = "endings", .objectives = {{"loss", Mode::min}}};
  spec.space.add("x", uniform(0, 1));
  spec.searcher = {"random"};
  spec.samples = samples;
  spec.retry_delay_s = 0;
  return spec;
}

// A planner whose executor is the test.
class Stage {
 public:
  explicit Stage(ExperimentSpec spec, std::int64_t jobs = 3) : spec_(std::move(spec)) {
    const auto resolved = PluginRegistry().resolve(spec_);
    EXPECT_TRUE(resolved.ok()) << (resolved.ok() ? "" : resolved.error().message);
    rules_.emplace(*Rules::make(spec_));
    advisors_ = *PluginRegistry().make_advisors(spec_);
    PlannerOptions options;
    options.jobs = jobs;
    options.inventory.cpu = static_cast<double>(jobs);
    planner_ = std::make_unique<Planner>(state_, *advisors_, *rules_, options);
    planner_->create(spec_, "test");
    begin();
  }
  void begin() {
    planner_->begin("here", 1, {});
    planner_->schedule();
  }
  AttemptId id(std::int64_t trial) const { return {{trial}, state_.record({trial}).attempts}; }
  void report(std::int64_t trial, const Metrics& metrics) {
    const std::int64_t next = state_.iteration({trial}) + 1;
    planner_->on_executor_event(Reported{id(trial), next, metrics});
    planner_->schedule();
  }
  void save(std::int64_t trial) {
    planner_->on_executor_event(
        CheckpointWritten{id(trial),
                          state_.iteration({trial}),
                          "trials/" + to_text(TrialId{trial}) + "/checkpoints/000001",
                          1});
  }
  void end(std::int64_t trial, Outcome outcome, const std::string& message = {}, int status = 0) {
    planner_->on_executor_event(Ended{id(trial), outcome, message, status});
    planner_->schedule();
  }
  void at(TimePoint now) { planner_->set_time(now); }
  Planner& planner() { return *planner_; }
  const ExperimentState& state() const { return state_; }
  std::string reason(std::int64_t trial) const { return state_.record({trial}).reason; }
  std::vector<std::string> notes() const {
    std::vector<std::string> found;
    for (const Event& event : planner_->events()) {
      if (const auto* note = std::get_if<Note>(&event.body)) {
        found.push_back(note->text);
      }
    }
    return found;
  }

 private:
  ExperimentSpec spec_;
  ExperimentState state_;
  std::optional<Rules> rules_;
  std::unique_ptr<Advisors> advisors_;
  std::unique_ptr<Planner> planner_;
};

// Pauses every trial at its second result.
ExperimentSpec pausing() {
  ExperimentSpec spec = base_spec(4);
  spec.scheduler = {"pbt", {{"perturbation_interval", 2}}};
  return spec;
}

TEST(ATrialThatReturned, IsCompletedAlthoughItWasToPause) {
  Stage stage(pausing(), 1);
  stage.report(0, {{"loss", 1}});
  stage.report(0, {{"loss", 0.5}});
  stage.end(0, Outcome::returned);
  EXPECT_EQ(stage.state().state({0}), TrialState::completed);
  EXPECT_EQ(stage.reason(0), "returned after 2 results");
}

TEST(ATrialThatReturned, IsCompletedWhenItGoesOnWithNothingLeft) {
  Stage stage(pausing(), 1);
  for (std::int64_t trial = 0; trial < 4; ++trial) {
    stage.report(trial, {{"loss", 1}});
    stage.report(trial, {{"loss", 0.5}});
    stage.save(trial);
    stage.end(trial, Outcome::paused);
  }
  ASSERT_EQ(stage.state().state({0}), TrialState::running) << "goes on from its checkpoint";
  stage.end(0, Outcome::returned);
  EXPECT_EQ(stage.state().state({0}), TrialState::completed);
}

TEST(ATrialThatReturned, IsCompletedWhateverRungItFailedAfterwards) {
  ExperimentSpec spec = base_spec(4);
  spec.scheduler = {
      "asha", {{"max_t", 9}, {"grace_period", 1}, {"reduction_factor", 2}, {"mode", "stopping"}}};
  if (!PluginRegistry().resolve(spec)) {
    spec.scheduler = {"asha", {{"max_t", 9}, {"grace_period", 1}}};
  }
  Stage stage(spec, 4);
  for (std::int64_t trial = 0; trial < 4; ++trial) {
    stage.report(trial, {{"loss", static_cast<double>(trial)}});
  }
  ASSERT_EQ(stage.state().record({3}).live->ending, Ending::stop);
  stage.end(3, Outcome::returned);
  EXPECT_EQ(stage.state().state({3}), TrialState::completed);
}

TEST(ATrialThatReturned, IsStoppedWhereItLeftAsItWasTold) {
  ExperimentSpec spec = base_spec(4);
  spec.scheduler = {"asha", {{"max_t", 9}, {"grace_period", 1}}};
  Stage stage(spec, 4);
  for (std::int64_t trial = 0; trial < 4; ++trial) {
    stage.report(trial, {{"loss", static_cast<double>(trial)}});
  }
  ASSERT_EQ(stage.state().record({3}).live->ending, Ending::stop);
  stage.end(3, Outcome::stopped);
  EXPECT_EQ(stage.state().state({3}), TrialState::stopped);
}

TEST(AlikeForm, IgnoresNumbersAndTheTrialsOwnValues) {
  const Config sgd{{"lr", 1e-5}, {"optimizer", "sgd"}};
  const Config adam{{"lr", 0.25}, {"optimizer", "adam"}};
  const auto same = [&](const std::string& a, const std::string& b) {
    return alike_form(a, sgd) == alike_form(b, adam);
  };
  EXPECT_TRUE(same("error at line 12 (pid 4711)", "error at line 7 (pid 99)"));
  EXPECT_TRUE(same("--lr 1e-05: unknown option", "--lr 0.25: unknown option"));
  EXPECT_TRUE(same("no argument --opt=sgd", "no argument --opt=adam"));
  EXPECT_TRUE(same("<f at 0x7f001a>", "<f at 0x55ffff>"));
  EXPECT_FALSE(same("No module named 'torch'", "No module named 'numpy'"));
  EXPECT_FALSE(same("no argument --opt=adam", "no argument --opt=sgd"));
}

TEST(FailingEarly, LeavesAfterThreeTrialsThatFailAlike) {
  Stage stage(base_spec(50), 4);
  for (std::int64_t trial = 0; trial < 2; ++trial) {
    stage.end(trial, Outcome::failed, "exited with status 2", 2);
  }
  EXPECT_FALSE(stage.planner().leaving());
  stage.end(2, Outcome::failed, "exited with status 1; last lines of stderr:\n  x\nno module", 1);
  EXPECT_FALSE(stage.planner().leaving()) << "another failure";
  Stage alike(base_spec(50), 4);
  for (std::int64_t trial = 0; trial < 3; ++trial) {
    alike.end(trial,
              Outcome::failed,
              "exited with status 1; last lines of stderr:\n  at " + std::to_string(trial) +
                  "\nno module",
              1);
  }
  EXPECT_TRUE(alike.planner().leaving());
  EXPECT_FALSE(alike.planner().left()) << "a trial that runs is waited for";
  alike.end(alike.state().running().begin()->value, Outcome::paused);
  while (!alike.state().running().empty()) {
    alike.end(alike.state().running().begin()->value, Outcome::paused);
  }
  EXPECT_TRUE(alike.planner().left());
  EXPECT_FALSE(alike.state().finished());
  EXPECT_EQ(alike.state().count(TrialState::failed), 3);
  EXPECT_GT(alike.state().count(TrialState::pending), 0) << "can be resumed";
  EXPECT_EQ(alike.state().end_reason(),
            "the first 3 trials failed alike before any gave a value of 'loss': exited with status "
            "1; last lines of stderr: no module");
}

// What stands against leaving, one thing at a time.
struct Against {
  const char* name;
  std::function<void(ExperimentSpec&)> spec = [](ExperimentSpec&) {};
  std::function<void(Stage&)> before = [](Stage&) {};
  TimePoint lasted = 0;
  int status = 1;
};

void fail_three(Stage& stage, const Against& against) {
  against.before(stage);
  for (int i = 0; i < 3 && !stage.state().running().empty(); ++i) {
    stage.at(against.lasted);
    stage.end(stage.state().running().begin()->value, Outcome::failed, "broke", against.status);
  }
}

TEST(FailingEarly, IsNotAnyThreeFailures) {
  const std::vector<Against> cases = {
      {.name = "a limit was given", .spec = [](ExperimentSpec& spec) { spec.max_failures = 40; }},
      {.name = "nothing is left", .spec = [](ExperimentSpec& spec) { spec.samples = 3; }},
      {.name = "a trial gave a value",
       .before = [](Stage& stage) { stage.report(2, {{"loss", 1}}); }},
      {.name = "one of the first three ended well",
       .before =
           [](Stage& stage) {
             stage.report(0, {{"loss", 1}});
             stage.end(0, Outcome::returned);
           }},
      {.name = "they trained for an hour", .lasted = TimePoint{3600} * 1'000'000}};
  for (const Against& against : cases) {
    ExperimentSpec spec = base_spec(50);
    against.spec(spec);
    Stage stage(spec, 3);
    fail_three(stage, against);
    EXPECT_FALSE(stage.planner().leaving()) << against.name;
  }
  Stage plain(base_spec(50), 3);
  fail_three(plain, {.name = "nothing"});
  EXPECT_TRUE(plain.planner().leaving());
  Stage silent(base_spec(50), 3);
  fail_three(silent, {.name = "ended well after an hour", .lasted = 3600'000'000, .status = 0});
  EXPECT_TRUE(silent.planner().leaving());
}

TEST(FailingEarly, CountsTrialsThatReportOtherMetricsOnly) {
  Stage stage(base_spec(50), 3);
  for (std::int64_t trial = 0; trial < 3; ++trial) {
    stage.report(trial, {{"acc", 0.5}});
    stage.end(trial, Outcome::returned);
  }
  EXPECT_TRUE(stage.planner().leaving());
}

TEST(FailingEarly, WaitsForRetries) {
  ExperimentSpec spec = base_spec(50);
  spec.retries = 1;
  Stage stage(spec, 1);
  for (int attempt = 0; attempt < 5; ++attempt) {
    EXPECT_FALSE(stage.planner().leaving()) << attempt;
    stage.end(stage.state().running().begin()->value, Outcome::failed, "broke", 1);
  }
  stage.end(stage.state().running().begin()->value, Outcome::failed, "broke", 1);
  EXPECT_TRUE(stage.planner().leaving());
}

// Trials before `mended` fail at once.
class MendedScript final : public TrialScript {
 public:
  explicit MendedScript(std::int64_t mended) : mended_(mended) {}
  SimulatedStep step(const StartRequest& attempt, std::int64_t iteration) const override {
    if (attempt.id.trial.value < mended_) {
      return {.kind = SimulatedStep::Kind::fail, .duration = 1000, .message = "broke"};
    }
    return iteration > 2 ? SimulatedStep{.kind = SimulatedStep::Kind::finish, .duration = 1000}
                         : SimulatedStep{.duration = 1000, .metrics = {{"loss", 1.0}}};
  }

 private:
  std::int64_t mended_;
};

TEST(FailingEarly, AResumedExperimentGoesOnAndReplayAgrees) {
  ExperimentSpec spec = base_spec(12);
  ASSERT_TRUE(PluginRegistry().resolve(spec).ok());
  const auto store = make_memory_store();
  for (int controller = 0; controller < 3; ++controller) {
    const SimulatedRun ran = run_simulated(spec, *store, MendedScript(6), 1);
    EXPECT_EQ(ran.first_error, "");
  }
  ExperimentState state;
  std::int64_t left = 0;
  ASSERT_TRUE(store
                  ->read_from(1,
                              [&](const Event& event) {
                                const auto* limit = std::get_if<LimitReached>(&event.body);
                                left += limit && limit->limit == "failing_early" ? 1 : 0;
                                return state.apply(event).ok();
                              })
                  .ok());
  EXPECT_EQ(left, 2) << "each controller leaves after three";
  EXPECT_TRUE(state.finished());
  EXPECT_EQ(state.count(TrialState::failed), 6);
  EXPECT_EQ(state.count(TrialState::completed), 6);
  EXPECT_EQ(replay_store(spec, *store).differences, 0);
}

TEST(AProgramThatIsNotThere, LeavesItsTrialsPending) {
  Stage stage(base_spec(50), 2);
  for (std::int64_t trial = 0; trial < 2; ++trial) {
    stage.planner().on_executor_event(Unusable{"there is no program", true});
    stage.end(trial, Outcome::lost, "there is no program");
  }
  EXPECT_TRUE(stage.planner().left());
  EXPECT_FALSE(stage.state().finished());
  EXPECT_EQ(stage.state().count(TrialState::failed), 0);
  EXPECT_EQ(stage.state().early_failure(), "there is no program");
}

TEST(ARuleThatNamesWhatNoTrialReports, IsSaidOnceWhenTheFirstOneEnds) {
  ExperimentSpec spec = base_spec(3);
  spec.stop = {*parse_stop_rule("val_acc > 0.9"), *parse_stop_rule("loss < 0.01")};
  Stage stage(spec, 1);
  stage.report(0, {{"loss", 1}, {"val_accuracy", 0.5}, {"vall_acc", 0.5}});
  EXPECT_TRUE(stage.notes().empty());
  for (std::int64_t trial = 0; trial < 3; ++trial) {
    if (trial > 0) {
      stage.report(trial, {{"loss", 1}});
    }
    stage.end(trial, Outcome::returned);
  }
  EXPECT_EQ(stage.notes(),
            std::vector<std::string>{
                "trial 00000 reported no 'val_acc', which the stop rule 'val_acc > 0.9' reads; its "
                "metrics: loss, val_accuracy, vall_acc (did you mean 'vall_acc'?)"});
}

TEST(CtrlC, IsAnsweredOnceWhereSomethingRuns) {
  Stage stage(base_spec(3), 2);
  EXPECT_EQ(
      stage.planner().answer_interrupt(),
      "interrupted: waiting for 2 running trials to save and leave, at most 10 s for one that "
      "can't save; a second Ctrl-C leaves at once. `resume` continues it either way");
  stage.planner().leave("interrupted");
  EXPECT_EQ(stage.planner().answer_interrupt(), "");
}

}  // namespace
}  // namespace luthier::testing
