// The promises of executor.h, kept by every executor that runs attempts on this machine. Each rig
// runs the same little trainer: it counts its steps, reports them as `loss`, saves the count, and
// misbehaves as its configuration says.
#include <atomic>
#include <fstream>
#include <memory>
#include <thread>

#include <gtest/gtest.h>

#include "executors/programs/process.h"
#include "executors/threads/in_process.h"
#include "executors/workers/workers.h"
#include "laboratory/simulation/simulated_executor.h"
#include "support/executor_driver.h"
#include "support/folder_checkpoint_area.h"
#include "support/temporary_directory.h"

namespace luthier {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr auto kGrace = milliseconds(300);

void train(TrialContext& trial) {
  const std::string mode = trial.config().text("mode");
  std::int64_t done = trial.iteration();
  if (const auto from = trial.checkpoint()) {
    std::ifstream(*from / "state") >> done;
  }
  if (mode == "hang") {
    // Bounded, so that the process that runs the tests can end.
    for (int i = 0; i < 80; ++i) {
      std::this_thread::sleep_for(milliseconds(10));
    }
    (void)trial.report({{"loss", 0}});
    return;
  }
  while (done < trial.config().integer("steps")) {
    ++done;
    if (mode == "slow") {
      std::this_thread::sleep_for(milliseconds(50));
    }
    if (mode == "fail" && done == 3) {
      throw std::runtime_error("the loss exploded at step 3");
    }
    if (!trial.report({{"loss", done}, {"seed", static_cast<std::int64_t>(trial.seed())}},
                      [&](const std::filesystem::path& directory) {
                        std::ofstream(directory / "state") << done;
                      })) {
      return;
    }
  }
}

constexpr const char* kProgram = R"(
done=$LUTHIER_ITERATION
if [ -n "$LUTHIER_CHECKPOINT_IN" ]; then read -r done < "$LUTHIER_CHECKPOINT_IN/state"; fi
if [ "$LUTHIER_PARAM_MODE" = hang ]; then trap '' TERM; while :; do sleep 1; done; fi
while [ "$done" -lt "$LUTHIER_PARAM_STEPS" ]; do
  done=$((done + 1))
  if [ "$LUTHIER_PARAM_MODE" = slow ]; then sleep 0.05; fi
  if [ "$LUTHIER_PARAM_MODE" = fail ] && [ "$done" = 3 ]; then echo "the loss exploded at step 3" >&2; exit 7; fi
  printf '{"loss": %s, "seed": %s}\n' "$done" "$LUTHIER_SEED" >&3
  read -r reply <&3 || exit 1
  case $reply in *directory*)
    echo "$done" > "$LUTHIER_CHECKPOINT_OUT/state"
    echo '{"checkpoint": true}' >&3
    read -r reply <&3 ;;
  esac
  case $reply in *pause*|*stop*) exit 0 ;; esac
done
)";

// The same trainer in virtual time.
class SimulatedTrainer final : public TrialScript {
 public:
  SimulatedStep step(const StartRequest& attempt, std::int64_t iteration) const override {
    const std::string mode = attempt.config.text("mode");
    if (iteration > attempt.config.integer("steps")) {
      return {.kind = SimulatedStep::Kind::finish};
    }
    if (mode == "fail" && iteration == 3) {
      return {.kind = SimulatedStep::Kind::fail, .message = "the loss exploded at step 3"};
    }
    return {.duration = mode == "hang"   ? 800'000
                        : mode == "slow" ? 50'000
                                         : 1,
            .metrics = {{"loss", iteration}, {"seed", static_cast<std::int64_t>(attempt.seed)}}};
  }
};

class ExecutorConformance : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override { executor_ = make(); }

  std::unique_ptr<Executor> make() {
    if (std::string(GetParam()) == "simulated") {
      auto clock = std::make_unique<VirtualClock>();
      auto executor = std::make_unique<SimulatedExecutor>(*clock, trainer_, folder_.path());
      owned_clock_ = std::move(clock);
      return executor;
    }
    if (std::string(GetParam()) == "in_process") {
      return make_in_process_executor(train, {.grace = kGrace}, area_, *owned_clock_);
    }
    const auto program = folder_.path() / "train.sh";
    std::ofstream(program) << kProgram;
    if (std::string(GetParam()) == "workers") {
      auto made = make_worker_executor(
          {.parameters = {"steps", "mode"}, .metrics = {"loss"}, .grace = kGrace},
          {.command = {"/bin/sh", program.string()}, .start = WorkerStart::spawn},
          area_,
          *owned_clock_);
      return std::move(made.value());
    }
    auto made = make_process_executor({.command = {"/bin/sh", program.string()},
                                       .parameters = {"steps", "mode"},
                                       .metrics = {"loss"},
                                       .grace = kGrace},
                                      area_,
                                      *owned_clock_);
    return std::move(made.value());
  }

  StartRequest request(std::int64_t trial,
                       const char* mode = "train",
                       int steps = 5,
                       std::int64_t attempt = 1) {
    const auto directory = folder_.path() / std::to_string(trial);
    std::filesystem::create_directories(directory);
    return {.id = {TrialId{trial}, attempt},
            .config = {{"steps", steps}, {"mode", mode}},
            .seed = 40 + static_cast<std::uint64_t>(trial),
            .trial_directory = directory};
  }

  ExecutorDriver& driver() {
    if (!driver_) {
      driver_ = std::make_unique<ExecutorDriver>(*executor_, *owned_clock_);
    }
    return *driver_;
  }
  // Starts it and returns its story once it has ended.
  const AttemptStory& run(const StartRequest& request) {
    executor_->start(request);
    EXPECT_TRUE(driver().run_until_ended({request.id}));
    const auto& story = driver().story(request.id);
    EXPECT_EQ(story.ends.size(), 1u);
    return story;
  }

  TemporaryDirectory folder_;
  std::unique_ptr<Clock> owned_clock_ = std::make_unique<SystemClock>();
  SimulatedTrainer trainer_;
  FolderCheckpointArea area_{folder_.path() / "checkpoints"};
  std::unique_ptr<Executor> executor_;
  std::unique_ptr<ExecutorDriver> driver_;
};

TEST_P(ExecutorConformance, RunsATrialToItsEnd) {
  const auto& story = run(request(3));
  ASSERT_EQ(story.results.size(), 5u);
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_EQ(story.results[i].training_iteration, static_cast<std::int64_t>(i) + 1);
    EXPECT_EQ(story.results[i].metrics.number("loss"), static_cast<double>(i) + 1);
    EXPECT_EQ(story.results[i].metrics.integer("seed"), 43);
  }
  EXPECT_EQ(story.ends[0].outcome, Outcome::returned) << story.ends[0].message;
  EXPECT_TRUE(story.checkpoints.empty());
  EXPECT_EQ(area_.temporaries(), 0);
}

TEST_P(ExecutorConformance, StopsWhenTold) {
  driver().decide = [](const Reported& result) {
    return Reply{.kind =
                     result.training_iteration == 2 ? DecisionKind::stop : DecisionKind::proceed};
  };
  const auto& story = run(request(0, "train", 1000));
  EXPECT_EQ(story.results.size(), 2u);
  EXPECT_EQ(story.ends[0].outcome, Outcome::stopped);
}

TEST_P(ExecutorConformance, PausesWithACheckpointAndGoesOnFromIt) {
  if (!executor_->capabilities().can_checkpoint) {
    GTEST_SKIP();
  }
  driver().decide = [](const Reported& result) {
    return Reply{.kind =
                     result.training_iteration == 2 ? DecisionKind::pause : DecisionKind::proceed};
  };
  const auto paused = run(request(0));
  EXPECT_EQ(paused.ends[0].outcome, Outcome::paused);
  ASSERT_EQ(paused.checkpoints.size(), 1u);
  EXPECT_EQ(paused.checkpoints[0].training_iteration, 2);

  auto again = request(0, "train", 5, 2);
  again.iteration = 2;
  again.restore_from = paused.checkpoints[0].directory;
  const auto& resumed = run(again);
  EXPECT_EQ(resumed.ends[0].outcome, Outcome::returned) << resumed.ends[0].message;
  ASSERT_EQ(resumed.results.size(), 3u);
  EXPECT_EQ(resumed.results[0].training_iteration, 3);
  EXPECT_EQ(resumed.results[0].metrics.number("loss"), 3);
  EXPECT_EQ(area_.temporaries(), 0);
}

TEST_P(ExecutorConformance, PauseWithoutSavingSavesNothing) {
  driver().decide = [](const Reported&) {
    return Reply{.kind = DecisionKind::pause, .save = false};
  };
  const auto& story = run(request(0));
  EXPECT_EQ(story.ends[0].outcome, Outcome::paused);
  EXPECT_TRUE(story.checkpoints.empty());
}

TEST_P(ExecutorConformance, SavesAndGoesOn) {
  if (!executor_->capabilities().can_checkpoint) {
    GTEST_SKIP();
  }
  driver().decide = [](const Reported&) { return Reply{.kind = DecisionKind::checkpoint}; };
  std::vector<std::string> order;
  driver().on_event = [&](const ExecutorEvent& event) {
    order.push_back(event.index() == 0 ? "result" : event.index() == 1 ? "checkpoint" : "end");
  };
  const auto& story = run(request(0, "train", 3));
  EXPECT_EQ(story.ends[0].outcome, Outcome::returned) << story.ends[0].message;
  ASSERT_EQ(story.checkpoints.size(), 3u);
  EXPECT_EQ(story.checkpoints[2].training_iteration, 3);
  if (!executor_->capabilities().is_simulated) {
    int state = 0;
    std::ifstream(story.checkpoints[2].directory / "state") >> state;
    EXPECT_EQ(state, 3);
  }
  EXPECT_EQ(order,
            (std::vector<std::string>{
                "result", "checkpoint", "result", "checkpoint", "result", "checkpoint", "end"}));
}

TEST_P(ExecutorConformance, ACheckpointThatCannotBeKeptFailsTheAttempt) {
  if (executor_->capabilities().is_simulated) {
    GTEST_SKIP() << "its checkpoints are names, which can always be kept";
  }
  area_.fails = true;
  driver().decide = [](const Reported&) { return Reply{.kind = DecisionKind::checkpoint}; };
  const auto& story = run(request(0));
  EXPECT_EQ(story.ends[0].outcome, Outcome::failed);
  EXPECT_NE(story.ends[0].message.find("the disk is full"), std::string::npos)
      << story.ends[0].message;
}

TEST_P(ExecutorConformance, AFailureSaysWhy) {
  const auto& story = run(request(0, "fail"));
  EXPECT_EQ(story.results.size(), 2u);
  EXPECT_EQ(story.ends[0].outcome, Outcome::failed);
  EXPECT_NE(story.ends[0].message.find("the loss exploded at step 3"), std::string::npos)
      << story.ends[0].message;
}

TEST_P(ExecutorConformance, AnAttemptThatHangsTimesOut) {
  auto hanging = request(0, "hang");
  hanging.timeout = milliseconds(200);
  const auto& story = run(hanging);
  EXPECT_EQ(story.ends[0].outcome, Outcome::timed_out);
  EXPECT_NE(story.ends[0].message.find("0.2 s"), std::string::npos) << story.ends[0].message;
  EXPECT_EQ(story.ends[0].message.find("abandoned") == std::string::npos,
            executor_->capabilities().can_kill);
  // Late words are not heard.
  driver().run_for(milliseconds(executor_->capabilities().can_kill ? 50 : 900));
  EXPECT_TRUE(story.results.empty());
  EXPECT_EQ(story.ends.size(), 1u);
}

TEST_P(ExecutorConformance, InterruptPausesWithACheckpoint) {
  driver().on_event = [&](const ExecutorEvent& event) {
    if (const auto* result = std::get_if<Reported>(&event);
        result && result->training_iteration == 2) {
      executor_->interrupt(result->id, true, true);
    }
  };
  const auto& story = run(request(0, "slow", 1000));
  EXPECT_EQ(story.ends[0].outcome, Outcome::paused) << story.ends[0].message;
  ASSERT_EQ(story.checkpoints.size(), 1u);
  EXPECT_EQ(story.checkpoints[0].training_iteration, story.results.back().training_iteration);
}

TEST_P(ExecutorConformance, InterruptEndsAnAttemptThatWaitsForItsReply) {
  const auto waiting = request(0);
  executor_->start(waiting);
  const auto events = executor_->next_events(owned_clock_->now() + 20'000'000);
  ASSERT_EQ(events.size(), 1u);
  executor_->interrupt(waiting.id, false, false);
  EXPECT_TRUE(driver().run_until_ended({waiting.id}));
  EXPECT_EQ(driver().story(waiting.id).ends[0].outcome, Outcome::stopped);
}

TEST_P(ExecutorConformance, UnknownAttemptsAreIgnored) {
  executor_->reply({TrialId{9}, 1}, {});
  executor_->interrupt({TrialId{9}, 1}, false, false);
  const auto& story = run(request(0));
  executor_->reply({TrialId{0}, 1}, {.training_iteration = 5});
  executor_->interrupt({TrialId{0}, 1}, true, true);
  driver().run_for(milliseconds(50));
  EXPECT_EQ(story.ends.size(), 1u);
}

TEST_P(ExecutorConformance, RunsAHundredAttempts) {
  std::vector<AttemptId> ids;
  std::size_t running = 0;
  std::int64_t next = 0;
  const auto start_one = [&] {
    ids.push_back({TrialId{next}, 1});
    executor_->start(request(next++, "train", 3));
    ++running;
  };
  driver().on_event = [&](const ExecutorEvent& event) {
    if (std::holds_alternative<Ended>(event) && next < 100) {
      start_one();
    }
  };
  while (running < 8) {
    start_one();
  }
  while (next < 100) {
    driver().run_for(milliseconds(10));
  }
  ASSERT_TRUE(driver().run_until_ended(ids));
  for (const auto id : ids) {
    const auto& story = driver().story(id);
    EXPECT_EQ(story.results.size(), 3u);
    ASSERT_EQ(story.ends.size(), 1u);
    EXPECT_EQ(story.ends[0].outcome, Outcome::returned) << story.ends[0].message;
  }
}

TEST_P(ExecutorConformance, WakeEndsTheWait) {
  std::thread waker([&] { executor_->wake(); });
  EXPECT_TRUE(executor_->next_events(kNever).empty());
  waker.join();
}

TEST_P(ExecutorConformance, NextEventsReturnsWhenTheTimeHasCome) {
  const TimePoint until = owned_clock_->now() + 20'000;
  EXPECT_TRUE(executor_->next_events(until).empty());
  EXPECT_GE(owned_clock_->now(), until);
}

TEST_P(ExecutorConformance, LeavesWithAttemptsRunning) {
  for (int i = 0; i < 4; ++i) {
    executor_->start(request(i, "slow", 1000));
  }
  driver().run_for(milliseconds(100));
  executor_.reset();
  EXPECT_EQ(area_.temporaries(), 0);
}

INSTANTIATE_TEST_SUITE_P(All,
                         ExecutorConformance,
                         testing::Values("in_process", "process", "workers", "simulated"),
                         [](const auto& info) { return std::string(info.param); });

}  // namespace
}  // namespace luthier
