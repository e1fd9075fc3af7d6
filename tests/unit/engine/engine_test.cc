// What the engine promises beside crash safety: packing, retries, segments, retention, limits,
// requests of people, determinism at any concurrency.
#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "store/memory_store.h"
#include "support/simulated_run.h"
#include "tuner/plugin_registry.h"

namespace luthier::testing {
namespace {

ExperimentSpec base_spec(std::int64_t samples) {
  ExperimentSpec spec{.name = "engine", .objectives = {{"loss", Mode::min}}};
  spec.space.add("x", uniform(0, 1));
  spec.searcher = {"random"};
  spec.samples = samples;
  spec.retry_delay_s = 0;
  return spec;
}

ExperimentSpec resolved(ExperimentSpec spec) {
  const auto result = PluginRegistry().resolve(spec);
  EXPECT_TRUE(result.ok()) << (result.ok() ? "" : result.error().message);
  return spec;
}

// Every trial reports `length` times, a result a millisecond; failing trials fail at iteration 3.
class PlainScript final : public TrialScript {
 public:
  explicit PlainScript(std::int64_t length, std::set<std::int64_t> failing = {})
      : length_(length), failing_(std::move(failing)) {}
  SimulatedStep step(const StartRequest& attempt, std::int64_t iteration) const override {
    const TimePoint duration = 1000 + 37 * (attempt.id.trial.value % 11);
    if (iteration == 3 && failing_.contains(attempt.id.trial.value)) {
      return {.kind = SimulatedStep::Kind::fail, .duration = duration, .message = "broke"};
    }
    if (iteration > length_) {
      return {.kind = SimulatedStep::Kind::finish, .duration = duration};
    }
    return {
        .duration = duration,
        .metrics = {{"loss", attempt.config.number("x") + 1.0 / static_cast<double>(iteration)}}};
  }

 private:
  std::int64_t length_;
  std::set<std::int64_t> failing_;
};

struct Ran {
  SimulatedRun run;
  std::vector<Event> events;
  template <class Body>
  std::vector<Body> all() const {
    std::vector<Body> found;
    for (const Event& event : events) {
      if (const auto* body = std::get_if<Body>(&event.body)) {
        found.push_back(*body);
      }
    }
    return found;
  }
};

Ran run(const ExperimentSpec& spec,
        const TrialScript& script,
        std::int64_t jobs,
        Resources inventory = {.cpu = 0}) {
  Ran ran;
  const auto store = make_memory_store();
  ran.run = run_simulated(resolved(spec), *store, script, jobs, {}, inventory);
  EXPECT_EQ(ran.run.first_error, "");
  const auto read = store->read_from(1, [&](const Event& event) {
    ran.events.push_back(event);
    return true;
  });
  EXPECT_TRUE(read.ok());
  return ran;
}

TEST(Packing, LargeTrialsAreNotStarvedAndNothingIsOversubscribed) {
  ExperimentSpec spec = base_spec(40);
  spec.resources = {{"cpu", "expr(4 if x > 0.8 else 1)"}};
  const Ran ran = run(spec, PlainScript(5), 4, {.cpu = 4});
  std::map<TrialId, double> wanted;
  double used = 0;
  double most = 0;
  for (const Event& event : ran.events) {
    if (const auto* added = std::get_if<TrialAdded>(&event.body)) {
      wanted[added->trial] = added->resources.cpu;
    } else if (const auto* started = std::get_if<AttemptStarted>(&event.body)) {
      used += wanted[started->trial];
      most = std::max(most, used);
    } else if (const auto* ended = std::get_if<AttemptEnded>(&event.body)) {
      used -= wanted[ended->trial];
    }
  }
  EXPECT_LE(most, 4.0);
  EXPECT_EQ(most, 4.0);
  // A large trial waits for room, and only so many small ones may start in the meantime.
  std::int64_t overtaken = 0;
  std::set<TrialId> waiting;
  for (const Event& event : ran.events) {
    if (const auto* chosen = std::get_if<TrialChosen>(&event.body)) {
      waiting.insert(chosen->choice.trial);
    } else if (const auto* started = std::get_if<AttemptStarted>(&event.body)) {
      waiting.erase(started->trial);
      const bool large_waits =
          std::ranges::any_of(waiting, [&](TrialId trial) { return wanted[trial] > 1; });
      overtaken = large_waits && wanted[started->trial] == 1 ? overtaken + 1 : 0;
      EXPECT_LE(overtaken, 2 * 4 + 1);
    }
  }
  EXPECT_EQ(ran.all<TrialEnded>().size(), 40U);
}

TEST(Packing, ATrialThatCanNeverRunFailsWithAReason) {
  ExperimentSpec spec = base_spec(3);
  spec.resources = {{"cpu", "1"}, {"gpu", "2"}};
  const Ran ran = run(spec, PlainScript(2), 2, {.cpu = 2});
  const auto ended = ran.all<TrialEnded>();
  ASSERT_EQ(ended.size(), 3U);
  for (const TrialEnded& trial : ended) {
    EXPECT_EQ(trial.state, TrialState::failed);
    EXPECT_EQ(trial.reason, "can never run: it needs 2 gpus, but there is none");
  }
}

TEST(Packing, GpusAreGivenByDeviceAndShared) {
  ExperimentSpec spec = base_spec(6);
  spec.resources = {{"cpu", "0"}, {"gpu", "0.5"}};
  const Ran ran = run(spec, PlainScript(2), 6, {.cpu = 6, .gpu = 2});
  std::multiset<std::string> devices;
  for (const Event& event : ran.events) {
    if (const auto* started = std::get_if<AttemptStarted>(&event.body)) {
      devices.insert(started->devices);
      EXPECT_LE(devices.count("0"), 2U);
      EXPECT_LE(devices.count("1"), 2U);
    } else if (std::holds_alternative<AttemptEnded>(event.body)) {
      devices.clear();
    }
    if (devices.size() > 4) {
      break;
    }
  }
}

TEST(Retries, WaitTwiceAsLongEachTimeAndThenFail) {
  ExperimentSpec spec = base_spec(1);
  spec.retries = 2;
  spec.retry_delay_s = 1;
  const Ran ran = run(spec, PlainScript(5, {0}), 1);
  std::vector<TimePoint> delays;
  for (const Event& event : ran.events) {
    if (const auto* requeued = std::get_if<TrialRequeued>(&event.body)) {
      delays.push_back(requeued->not_before - event.time);
      EXPECT_TRUE(requeued->counts_as_failure);
    }
  }
  EXPECT_EQ(delays, (std::vector<TimePoint>{1'000'000, 2'000'000}));
  const auto attempts = ran.all<AttemptStarted>();
  ASSERT_EQ(attempts.size(), 3U);
  // A retry stays in the segment: what was reported stands and is only counted.
  EXPECT_EQ(attempts[2].segment, 1);
  EXPECT_EQ(ran.all<ResultReported>().size(), 2U);
  EXPECT_EQ(ran.all<ResultRepeated>().size(), 4U);
  EXPECT_EQ(ran.all<TrialEnded>().front().state, TrialState::failed);
}

TEST(Retries, MaxFailuresEndsTheExperiment) {
  ExperimentSpec spec = base_spec(50);
  spec.max_failures = 1;
  const Ran ran = run(spec, PlainScript(5, {1, 2, 3, 4}), 1);
  EXPECT_EQ(ran.all<LimitReached>().front().limit, "max_failures");
  EXPECT_EQ(ran.all<ControllerStopped>().front().reason,
            "2 trials failed, 1 allowed; the last: broke");
  EXPECT_LT(ran.all<TrialAdded>().size(), 5U);
}

TEST(Checkpoints, TheNewestAreKeptAndTheOthersGo) {
  ExperimentSpec spec = base_spec(2);
  spec.checkpoint_every = 1;
  spec.keep_checkpoints = 2;
  const Ran ran = run(spec, PlainScript(6), 1);
  std::map<TrialId, std::vector<CheckpointId>> kept;
  for (const Event& event : ran.events) {
    if (const auto* committed = std::get_if<CheckpointCommitted>(&event.body)) {
      kept[committed->trial].push_back(committed->checkpoint);
    } else if (const auto* removed = std::get_if<CheckpointRemoved>(&event.body)) {
      for (auto& [trial, ids] : kept) {
        std::erase(ids, removed->checkpoint);
      }
    }
    for (const auto& [trial, ids] : kept) {
      EXPECT_LE(ids.size(), 3U);  // the third until the same step removes the oldest
    }
  }
  EXPECT_EQ(kept[TrialId{0}].size(), 2U);
  EXPECT_EQ(kept[TrialId{0}], (std::vector<CheckpointId>{{5}, {6}}));
}

TEST(Limits, IterationsAndStopRulesCompleteATrial) {
  ExperimentSpec spec = base_spec(4);
  spec.iterations = 3;
  const Ran by_count = run(spec, PlainScript(9), 2);
  for (const TrialEnded& ended : by_count.all<TrialEnded>()) {
    EXPECT_EQ(ended.state, TrialState::completed);
    EXPECT_EQ(ended.reason, "reached 3 iterations");
  }
  spec.iterations = 0;
  spec.stop = {*parse_stop_rule("loss < 0.7")};
  const Ran by_rule = run(spec, PlainScript(9), 2);
  std::int64_t stopped = 0;
  for (const DecisionMade& made : by_rule.all<DecisionMade>()) {
    stopped += made.decided_by == "rule" ? 1 : 0;
  }
  EXPECT_GT(stopped, 0);
}

TEST(Limits, TheTimeBudgetStopsWhatRuns) {
  ExperimentSpec spec = base_spec(0);
  spec.time_budget_s = 0.05;
  const Ran ran = run(spec, PlainScript(5), 2);
  EXPECT_EQ(ran.all<ControllerStopped>().front().reason, "the time budget of 0.05 s is used up");
  EXPECT_TRUE(ran.all<ControllerStopped>().front().finished);
  EXPECT_EQ(ran.all<TrialEnded>().back().state, TrialState::stopped);
}

TEST(Determinism, ALagMakesAModelBasedSearchRepeatAtAnyConcurrency) {
  ExperimentSpec spec = base_spec(40);
  spec.searcher = {"tpe"};
  spec.deterministic = 4;
  const auto configurations = [&](std::int64_t jobs, std::int64_t length) {
    std::vector<Config> configs;
    for (const TrialAdded& added : run(spec, PlainScript(length), jobs).all<TrialAdded>()) {
      configs.push_back(added.config);
    }
    return configs;
  };
  const auto alone = configurations(1, 3);
  EXPECT_EQ(alone.size(), 40U);
  EXPECT_EQ(configurations(2, 3), alone);
  EXPECT_EQ(configurations(4, 3), alone);
  spec.deterministic = 0;
  EXPECT_NE(configurations(4, 3), alone);
}

TEST(Determinism, TrialsThatStayPausedHoldNoSuggestionBack) {
  for (const char* searcher : {"random", "tpe", "auto"}) {
    for (const std::int64_t jobs : {1, 3}) {
      ExperimentSpec spec = base_spec(12);
      spec.searcher = {searcher};
      spec.scheduler = {"asha", {{"mode", "promote"}, {"max_t", 9}}};
      spec.deterministic = 3;
      EXPECT_EQ(run(spec, PlainScript(9), jobs).all<TrialAdded>().size(), 12U) << searcher;
    }
  }
}

TEST(Determinism, SearchersThatDoNotReadResultsProposeTheSameAtAnyConcurrency) {
  for (const char* name : {"random", "sobol"}) {
    ExperimentSpec spec = base_spec(30);
    spec.searcher = {name};
    std::vector<std::vector<Config>> all;
    for (const std::int64_t jobs : {1, 3, 16}) {
      std::vector<Config> configs;
      for (const TrialAdded& added : run(spec, PlainScript(4), jobs).all<TrialAdded>()) {
        configs.push_back(added.config);
      }
      all.push_back(configs);
    }
    EXPECT_EQ(all[0], all[1]) << name;
    EXPECT_EQ(all[0], all[2]) << name;
  }
}

TEST(Determinism, TheSameSeedGivesTheSameBytes) {
  ExperimentSpec spec = base_spec(20);
  spec.searcher = {"tpe"};
  spec.scheduler = {"asha", {{"max_t", 9}}};
  EXPECT_EQ(run(spec, PlainScript(9), 4).run.canonical, run(spec, PlainScript(9), 4).run.canonical);
}

// Trial 1 is paused by a person, trial 2 stopped; later trial 1 is resumed.
class Requests : public ::testing::Test {
 protected:
  Requests() {
    spec_ = resolved(base_spec(3));
    rules_.emplace(*Rules::make(spec_));
    advisors_ = *PluginRegistry().make_advisors(spec_);
    PlannerOptions options;
    options.jobs = 3;
    options.inventory.cpu = 3;
    planner_ = std::make_unique<Planner>(state_, *advisors_, *rules_, options);
    planner_->create(spec_, "test");
    planner_->begin("here", 1, {});
    planner_->schedule();
  }
  void end(std::int64_t trial, Outcome outcome) {
    planner_->on_executor_event(
        Ended{{{trial}, state_.record({trial}).attempts}, outcome, "left", 0});
    planner_->schedule();
  }

  ExperimentSpec spec_;
  ExperimentState state_;
  std::optional<Rules> rules_;
  std::unique_ptr<Advisors> advisors_;
  std::unique_ptr<Planner> planner_;
};

TEST_F(Requests, APersonsPauseIsNotUndoneByAScheduler) {
  ASSERT_TRUE(planner_->on_control({RequestKind::pause, {1}, "ann"}).ok());
  end(1, Outcome::paused);
  EXPECT_EQ(state_.state({1}), TrialState::paused);
  end(0, Outcome::returned);
  end(2, Outcome::returned);
  EXPECT_EQ(state_.state({1}), TrialState::paused);
  EXPECT_TRUE(planner_->left());
  EXPECT_FALSE(state_.finished());
  EXPECT_EQ(state_.end_reason(), "1 trial is paused by a person; resume or stop it");
}

TEST_F(Requests, AResumedTrialRunsAgain) {
  ASSERT_TRUE(planner_->on_control({RequestKind::pause, {1}, "ann"}).ok());
  end(1, Outcome::paused);
  ASSERT_TRUE(planner_->on_control({RequestKind::resume, {1}, "bob"}).ok());
  planner_->schedule();
  EXPECT_EQ(state_.state({1}), TrialState::running);
  EXPECT_EQ(state_.record({1}).attempts, 2);
}

TEST_F(Requests, AStoppedTrialIsStoppedWhateverItsProcessSays) {
  ASSERT_TRUE(planner_->on_control({RequestKind::stop, {2}, "ann"}).ok());
  end(2, Outcome::failed);
  EXPECT_EQ(state_.state({2}), TrialState::stopped);
  EXPECT_EQ(state_.record({2}).reason, "stopped by ann");
}

TEST_F(Requests, WhatCanNotBeDoneIsRefusedAndChangesNothing) {
  const Sequence before = state_.sequence();
  EXPECT_FALSE(planner_->on_control({RequestKind::stop, {99}, "ann"}).ok());
  EXPECT_FALSE(planner_->on_control({RequestKind::resume, {0}, "ann"}).ok());
  EXPECT_FALSE(read_request("dance", {0}).ok());
  EXPECT_FALSE(read_request("dance", {-1}).ok());
  EXPECT_EQ(state_.sequence(), before);
}

TEST_F(Requests, AnExtensionIsDoneOnceHoweverOftenItComes) {
  const ControlRequest asked{
      .request = RequestKind::extend, .who = "ann", .id = "one", .more_samples = 2};
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(planner_->on_control(asked).ok());
  }
  EXPECT_EQ(state_.spec().samples, 5);
  ASSERT_TRUE(
      planner_
          ->on_control(
              {.request = RequestKind::extend, .who = "ann", .id = "two", .more_samples = 2})
          .ok());
  EXPECT_EQ(state_.spec().samples, 7);
  for (const std::int64_t trial : {0, 1, 2}) {
    end(trial, Outcome::returned);
  }
  EXPECT_EQ(state_.trial_count(), 6);
  EXPECT_FALSE(planner_->left());
}

TEST_F(Requests, WhatHasNoLimitCanNotBeExtended) {
  const auto refused = planner_->on_control(
      {.request = RequestKind::extend, .who = "ann", .more_samples = 1, .more_time_s = 5});
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().message, "the experiment has no limit of time that could be extended");
  EXPECT_FALSE(planner_->on_control({.request = RequestKind::extend, .who = "ann"}).ok());
}

TEST_F(Requests, AFailedTrialRunsAgain) {
  EXPECT_FALSE(planner_->on_control({RequestKind::retry, {-1}, "ann"}).ok());
  EXPECT_FALSE(planner_->on_control({RequestKind::retry, {0}, "ann"}).ok());
  end(0, Outcome::failed);
  ASSERT_EQ(state_.state({0}), TrialState::failed);
  ASSERT_TRUE(planner_->on_control({RequestKind::retry, {0}, "ann", "a"}).ok());
  planner_->schedule();
  EXPECT_EQ(state_.state({0}), TrialState::running);
  end(1, Outcome::failed);
  ASSERT_TRUE(planner_->on_control({RequestKind::retry, {-1}, "ann", "b"}).ok());
  planner_->schedule();
  EXPECT_EQ(state_.state({1}), TrialState::running);
  ASSERT_TRUE(planner_->on_control({RequestKind::retry, {-1}, "ann", "b"}).ok());
}

TEST_F(Requests, AConfigurationIsAddedAlsoWhereAllSamplesAre) {
  const ControlRequest asked{
      .request = RequestKind::enqueue, .who = "ann", .id = "one", .config = {{"x", 0.25}}};
  for (int i = 0; i < 2; ++i) {
    const auto added = planner_->on_control(asked);
    ASSERT_TRUE(added.ok());
    EXPECT_EQ(*added, TrialId{3});
  }
  EXPECT_EQ(state_.trial_count(), 4);
  EXPECT_EQ(state_.config({3}).number("x"), 0.25);
  EXPECT_EQ(state_.proposer({3}), "person");
  end(0, Outcome::returned);
  EXPECT_EQ(state_.state({3}), TrialState::running);
  EXPECT_FALSE(
      planner_->on_control({.request = RequestKind::enqueue, .who = "ann", .config = {{"x", 2.0}}})
          .ok());
}

TEST_F(Requests, WhatIsEndingIsNotMadeLonger) {
  ASSERT_TRUE(planner_->on_control({RequestKind::stop, {-1}, "ann"}).ok());
  for (const ControlRequest& asked :
       {ControlRequest{.request = RequestKind::extend, .more_samples = 1},
        ControlRequest{.request = RequestKind::enqueue, .config = {{"x", 0.5}}},
        ControlRequest{.request = RequestKind::retry}}) {
    const auto refused = planner_->on_control(asked);
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, ErrorCode::unavailable);
  }
}

TEST_F(Requests, ALateReportOfAnEarlierAttemptIsFenced) {
  end(0, Outcome::lost);
  ASSERT_EQ(state_.record({0}).attempts, 2);
  planner_->commands().clear();
  const Sequence before = state_.sequence();
  planner_->on_executor_event(Reported{{{0}, 1}, 1, {{"loss", 0.0}}});
  EXPECT_EQ(state_.sequence(), before);
  ASSERT_EQ(planner_->commands().size(), 1U);
  EXPECT_EQ(std::get<SendReply>(planner_->commands().front()).reply.kind, DecisionKind::stop);
  planner_->on_executor_event(Ended{{{0}, 1}, Outcome::returned, "", 0});
  EXPECT_EQ(state_.state({0}), TrialState::running);
}

// Pauses trial 1 at its first result; it goes on as a clone of trial 0, from its newest checkpoint.
class Cloning final : public TrialScheduler {
 public:
  Decision on_result(const ExperimentView& /*view*/,
                     TrialId trial,
                     const TrialResult& result) override {
    const bool pauses = trial.value == 1 && result.training_iteration == 1;
    return {pauses ? DecisionKind::pause : DecisionKind::proceed, "as scripted"};
  }
  std::optional<Choice> choose_trial_to_run(const ExperimentView& view) const override {
    if (const auto pending = view.first_pending()) {
      return Choice{.trial = *pending};
    }
    if (view.trial_count() == 2 && view.state({1}) == TrialState::paused) {
      return Choice{.trial = {1}, .config = Config{{"x", 0.5}}, .checkpoint = view.checkpoint({0})};
    }
    return std::nullopt;
  }
};

class Same final : public Searcher {
 public:
  Suggestion suggest(const ExperimentView& /*view*/, TrialId /*trial*/) const override {
    return Proposal{Config{{"x", 0.25}}, "always"};
  }
};

// Trial 0 has saved at iterations 2 and 4; then trial 1 became its clone.
class DamagedCheckpoints : public ::testing::Test {
 protected:
  DamagedCheckpoints()
      : spec_(with_two_kept(base_spec(2))),
        rules_(*Rules::make(spec_)),
        advisors_({}, std::make_unique<Same>(), std::make_unique<Cloning>()),
        planner_(state_, advisors_, rules_, {.jobs = 2, .inventory = {.cpu = 2}}) {
    planner_.create(spec_, "test");
    planner_.begin("here", 1, {});
    planner_.schedule();
    for (const std::int64_t iteration : {1, 2, 3, 4}) {
      report(0, iteration);
      if (iteration % 2 == 0) {
        planner_.on_executor_event(CheckpointWritten{
            attempt(0), iteration, "trials/00000/checkpoints/" + std::to_string(iteration), 1});
      }
    }
    report(1, 1);
    end(1, Outcome::paused);
  }
  static ExperimentSpec with_two_kept(ExperimentSpec spec) {
    spec.keep_checkpoints = 2;
    return resolved(std::move(spec));
  }
  AttemptId attempt(std::int64_t trial) const { return {{trial}, state_.record({trial}).attempts}; }
  void report(std::int64_t trial, std::int64_t iteration) {
    planner_.on_executor_event(Reported{attempt(trial), iteration, {{"loss", 1.0}}});
    planner_.schedule();
  }
  void end(std::int64_t trial, Outcome outcome) {
    planner_.on_executor_event(Ended{attempt(trial), outcome, "the file differs", 0});
    planner_.schedule();
  }
  // The iteration from which the trial's newest attempt was started.
  std::int64_t started_at(std::int64_t trial) {
    std::int64_t iteration = -1;
    for (const Command& command : planner_.commands()) {
      const auto* start = std::get_if<StartAttempt>(&command);
      if (start != nullptr && start->request.id == attempt(trial)) {
        iteration = start->request.iteration;
      }
    }
    return iteration;
  }

  ExperimentSpec spec_;
  ExperimentState state_;
  Rules rules_;
  Advisors advisors_;
  Planner planner_;
};

TEST_F(DamagedCheckpoints, ATrialGoesOnFromAnOlderOneAndThenFromNothing) {
  end(0, Outcome::lost);
  EXPECT_EQ(started_at(0), 4);
  end(0, Outcome::unrestorable);
  EXPECT_EQ(started_at(0), 2);
  end(0, Outcome::unrestorable);
  EXPECT_EQ(started_at(0), 0);
  EXPECT_EQ(state_.record({0}).segment, 1);
  EXPECT_EQ(state_.record({0}).failures, 0);
  EXPECT_TRUE(state_.checkpoints().empty());
}

TEST_F(DamagedCheckpoints, ACloneOfADamagedOneStartsOverInASegmentOfItsOwn) {
  ASSERT_EQ(started_at(1), 4);
  ASSERT_EQ(state_.record({1}).segment, 2);
  end(1, Outcome::unrestorable);
  EXPECT_EQ(started_at(1), 0);
  EXPECT_EQ(state_.record({1}).segment, 3);
  EXPECT_EQ(state_.config({1}).number("x"), 0.5);
  EXPECT_EQ(state_.checkpoint({0}), CheckpointId{1});
  report(1, 1);
  EXPECT_EQ(state_.record({1}).results, 2);
}

TEST_F(DamagedCheckpoints, AnAttemptThatRestoredNothingFailsInstead) {
  end(1, Outcome::unrestorable);
  end(1, Outcome::unrestorable);
  EXPECT_EQ(state_.state({1}), TrialState::failed);
}

TEST_F(DamagedCheckpoints, AStoppedTrialIsStoppedAllTheSame) {
  ASSERT_TRUE(planner_.on_control({RequestKind::stop, {1}, "ann"}).ok());
  end(1, Outcome::unrestorable);
  EXPECT_EQ(state_.state({1}), TrialState::stopped);
}

// Asks trial 0 to save at iteration 1 and pauses it at iteration 2; one paused goes on at once.
class AskingToSave final : public TrialScheduler {
 public:
  Decision on_result(const ExperimentView& /*view*/,
                     TrialId /*trial*/,
                     const TrialResult& result) override {
    return {result.training_iteration == 1 ? DecisionKind::checkpoint : DecisionKind::pause,
            "as scripted"};
  }
  std::optional<Choice> choose_trial_to_run(const ExperimentView& view) const override {
    const auto trial = view.first_pending() ? view.first_pending() : view.first_paused();
    return trial ? std::optional(Choice{.trial = *trial}) : std::nullopt;
  }
};

class TrialsThatDoNotSave : public ::testing::Test {
 protected:
  void begin(bool needs_checkpoints) {
    spec_ = resolved(base_spec(1));
    rules_.emplace(*Rules::make(spec_));
    advisors_.emplace(AdvisorNames{.scheduler = "mine", .needs_checkpoints = needs_checkpoints},
                      std::make_unique<Same>(),
                      std::make_unique<AskingToSave>());
    planner_.emplace(
        state_, *advisors_, *rules_, PlannerOptions{.jobs = 1, .inventory = {.cpu = 1}});
    planner_->create(spec_, "test");
    planner_->begin("here", 1, {});
    planner_->schedule();
  }
  void report(std::int64_t iteration) {
    planner_->on_executor_event(Reported{attempt(), iteration, {{"loss", 1.0}}});
  }
  void save(std::int64_t iteration) {
    planner_->on_executor_event(CheckpointWritten{
        attempt(), iteration, "trials/00000/checkpoints/" + std::to_string(iteration), 1});
  }
  void end() {
    planner_->on_executor_event(Ended{attempt(), Outcome::paused, "", 0});
    planner_->schedule();
  }
  AttemptId attempt() const { return {{0}, state_.record({0}).attempts}; }
  std::vector<std::string> notes() {
    std::vector<std::string> found;
    for (const Event& event : planner_->events()) {
      if (const auto* note = std::get_if<Note>(&event.body)) {
        found.push_back(note->text);
      }
    }
    return found;
  }

  ExperimentSpec spec_;
  ExperimentState state_;
  std::optional<Rules> rules_;
  std::optional<Advisors> advisors_;
  std::optional<Planner> planner_;
};

TEST_F(TrialsThatDoNotSave, FailUnderASchedulerThatNeedsCheckpoints) {
  begin(true);
  report(1);
  report(2);
  EXPECT_EQ(notes(),
            std::vector<std::string>{"trial 00000 saved no checkpoint when asked to at iteration "
                                     "1: scheduler 'mine' can't copy a trial that does not save"});
  end();
  EXPECT_EQ(state_.state({0}), TrialState::failed);
  EXPECT_EQ(state_.record({0}).reason,
            "paused at iteration 2 and saved no checkpoint, which scheduler 'mine' needs; save "
            "when asked to, or choose another scheduler");
}

TEST_F(TrialsThatDoNotSave, StartOverUnderOthersWhichIsSaidOnce) {
  begin(false);
  for (int round = 0; round < 3; ++round) {
    report(1);
    report(2);
    end();
    ASSERT_EQ(state_.state({0}), TrialState::running);
    ASSERT_EQ(state_.iteration({0}), 0);
  }
  ASSERT_EQ(notes().size(), 1U);
  EXPECT_TRUE(
      notes()[0].starts_with("trial 00000 was paused at iteration 2 and saved no "
                             "checkpoint: it starts over"))
      << notes()[0];
}

class WhatExecutorsSay : public TrialsThatDoNotSave {
 protected:
  void begin(bool stops_trials) {
    spec_ = resolved(base_spec(3));
    rules_.emplace(*Rules::make(spec_));
    advisors_.emplace(AdvisorNames{.scheduler = "mine", .stops_trials = stops_trials},
                      std::make_unique<Same>(),
                      std::make_unique<AskingToSave>());
    planner_.emplace(
        state_, *advisors_, *rules_, PlannerOptions{.jobs = 1, .inventory = {.cpu = 1}});
    planner_->create(spec_, "test");
    planner_->begin("here", 1, {});
    planner_->schedule();
  }
};

TEST_F(WhatExecutorsSay, IsUnderstoodOnceAndGivenToLaterAttempts) {
  begin(false);
  planner_->on_executor_event(UnderstoodOutput{"first"});
  planner_->on_executor_event(UnderstoodOutput{"second"});
  EXPECT_EQ(state_.understanding(), "first");
  EXPECT_EQ(std::ranges::count_if(planner_->events(),
                                  [](const Event& event) {
                                    return std::holds_alternative<OutputUnderstood>(event.body);
                                  }),
            1);
  planner_->commands().clear();
  planner_->on_executor_event(Ended{attempt(), Outcome::lost, "gone", 0});
  planner_->schedule();
  ASSERT_EQ(planner_->commands().size(), 1U);
  EXPECT_EQ(std::get<StartAttempt>(planner_->commands()[0]).request.understanding, "first");
}

TEST_F(WhatExecutorsSay, IsSaidOnceAndOnlyWhereItMatters) {
  begin(false);
  planner_->on_executor_event(Remarked{attempt(), Remarked::About::late_output, "late"});
  EXPECT_TRUE(notes().empty());
  for (int i = 0; i < 2; ++i) {
    planner_->on_executor_event(Remarked{attempt(), Remarked::About::nothing_heard, "nothing"});
  }
  EXPECT_EQ(notes(), std::vector<std::string>{"trial 00000: nothing"});
}

TEST_F(WhatExecutorsSay, LateOutputMattersToASchedulerThatStopsTrials) {
  begin(true);
  planner_->on_executor_event(Remarked{attempt(), Remarked::About::late_output, "late"});
  EXPECT_EQ(notes(), std::vector<std::string>{"trial 00000: late"});
}

class AlwaysStopping final : public TrialScheduler {
 public:
  Decision on_result(const ExperimentView&, TrialId, const TrialResult&) override {
    return {.kind = DecisionKind::stop, .reason = "worse than half"};
  }
  std::optional<Choice> choose_trial_to_run(const ExperimentView& view) const override {
    const auto trial = view.first_pending();
    return trial ? std::optional(Choice{.trial = *trial}) : std::nullopt;
  }
};

// It was told to stop when it had ended by itself already.
TEST_F(WhatExecutorsSay, ATrialThatRanToItsEndIsCompleted) {
  for (const bool returned : {true, false}) {
    for (const std::int64_t deterministic : {0, 4}) {
      state_ = ExperimentState();
      spec_ = resolved(base_spec(1));
      spec_.deterministic = deterministic;
      rules_.emplace(*Rules::make(spec_));
      advisors_.emplace(AdvisorNames{.scheduler = "mine"},
                        std::make_unique<Same>(),
                        std::make_unique<AlwaysStopping>());
      planner_.emplace(
          state_, *advisors_, *rules_, PlannerOptions{.jobs = 1, .inventory = {.cpu = 1}});
      planner_->create(spec_, "test");
      planner_->begin("here", 1, {});
      planner_->schedule();
      report(1);
      planner_->on_executor_event(
          Ended{attempt(), returned ? Outcome::returned : Outcome::stopped, "", 0});
      const bool completed = returned && deterministic == 0;
      EXPECT_EQ(state_.state({0}), completed ? TrialState::completed : TrialState::stopped);
    }
  }
}

TEST_F(WhatExecutorsSay, OfAnOlderAttemptCountsForNothing) {
  begin(false);
  const AttemptId older = attempt();
  planner_->on_executor_event(Ended{older, Outcome::lost, "gone", 0});
  planner_->schedule();
  ASSERT_NE(attempt(), older);
  const Sequence before = state_.sequence();
  planner_->commands().clear();
  planner_->on_executor_event(Reported{older, 1, {{"loss", 0.0}}});
  planner_->on_executor_event(CheckpointWritten{.id = older, .training_iteration = 1});
  planner_->on_executor_event(Ended{older, Outcome::returned, "", 0});
  EXPECT_EQ(state_.sequence(), before);
  EXPECT_EQ(state_.state({0}), TrialState::running);
  ASSERT_FALSE(planner_->commands().empty());
  EXPECT_EQ(std::get<SendReply>(planner_->commands()[0]).reply.kind, DecisionKind::stop);
}

TEST_F(WhatExecutorsSay, StatusAndMeasuredValuesAreKept) {
  begin(false);
  report(1);
  planner_->on_executor_event(Ended{attempt(), Outcome::returned, "", 20, {1.5, 0.5, 4096}});
  EXPECT_EQ(state_.record({0}).exit_status, 20);
  EXPECT_EQ(state_.record({0}).measured, (Measured{1.5, 0.5, 4096}));
  EXPECT_EQ(state_.record({0}).reason, "returned after 1 result with exit status 20");
}

TEST_F(TrialsThatDoNotSave, AreNotThoseThatDo) {
  begin(true);
  report(1);
  save(1);
  report(2);
  save(2);
  end();
  EXPECT_EQ(state_.state({0}), TrialState::running);
  EXPECT_EQ(notes(), std::vector<std::string>());
}

}  // namespace
}  // namespace luthier::testing
