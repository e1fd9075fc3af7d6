#include "executors/threads/in_process.h"

#include <atomic>
#include <fstream>
#include <thread>

#include <gtest/gtest.h>

#include "executors/caller.h"
#include "support/executor_driver.h"
#include "support/folder_checkpoint_area.h"
#include "support/temporary_directory.h"

namespace luthier {
namespace {

using std::chrono::milliseconds;

class InProcessTest : public testing::Test {
 protected:
  ExecutorDriver& open(TrainFunction train, InProcessOptions options = {}) {
    executor_ = make_in_process_executor(std::move(train), options, area_, clock_);
    driver_ = std::make_unique<ExecutorDriver>(*executor_, clock_);
    return *driver_;
  }
  AttemptId start(std::int64_t trial,
                  Config config = {},
                  std::optional<milliseconds> timeout = {}) {
    const AttemptId id{TrialId{trial}, 1};
    StartRequest request{
        .id = id, .config = std::move(config), .trial_directory = directory_of(trial)};
    if (timeout) {
      request.timeout = *timeout;
    }
    executor_->start(request);
    return id;
  }

  std::filesystem::path directory_of(std::int64_t trial) const {
    return folder_.path() / to_text(TrialId{trial});
  }

  TemporaryDirectory folder_;
  SystemClock clock_;
  FolderCheckpointArea area_{folder_.path()};
  std::unique_ptr<InProcessExecutor> executor_;
  std::unique_ptr<ExecutorDriver> driver_;
};

TEST_F(InProcessTest, AbandonedThreadsKeepTheirSlots) {
  std::atomic<bool> release = false;
  auto& driver = open(
      [&](TrialContext&) {
        while (!release) {
          std::this_thread::sleep_for(milliseconds(1));
        }
      },
      {.slots = 1, .grace = milliseconds(20)});
  const auto hung = start(0, {}, milliseconds(20));
  ASSERT_TRUE(driver.run_until_ended({hung}));
  EXPECT_EQ(executor_->abandoned(), 1);
  const auto refused = start(1);
  ASSERT_TRUE(driver.run_until_ended({refused}));
  EXPECT_NE(driver.story(refused).ends[0].message.find("abandoned"), std::string::npos);
  release = true;
  while (executor_->abandoned() > 0) {
    std::this_thread::sleep_for(milliseconds(1));
  }
  const auto runs = start(2);
  ASSERT_TRUE(driver.run_until_ended({runs}));
  EXPECT_EQ(driver.story(runs).ends[0].outcome, Outcome::returned);
  executor_.reset();
}

TEST_F(InProcessTest, SlotsLimitHowManyRun) {
  std::atomic<int> running = 0;
  std::atomic<int> most = 0;
  auto& driver = open(
      [&](TrialContext&) {
        most = std::max(most.load(), ++running);
        std::this_thread::sleep_for(milliseconds(5));
        --running;
      },
      {.slots = 1});
  std::vector<AttemptId> ids;
  for (int i = 0; i < 5; ++i) {
    ids.push_back(start(i));
  }
  ASSERT_TRUE(driver.run_until_ended(ids));
  EXPECT_EQ(most, 1);
  executor_.reset();
}

TEST_F(InProcessTest, AnOverdueFunctionThatListensIsNotAbandoned) {
  auto& driver = open([](TrialContext& trial) {
    while (!trial.stop_requested()) {
      std::this_thread::sleep_for(milliseconds(1));
    }
  });
  const auto id = start(0, {}, milliseconds(20));
  ASSERT_TRUE(driver.run_until_ended({id}));
  EXPECT_EQ(driver.story(id).ends[0].outcome, Outcome::timed_out);
  EXPECT_EQ(driver.story(id).ends[0].message,
            "ran longer than its limit of 0.02 s and was stopped");
  EXPECT_EQ(executor_->abandoned(), 0);
}

TEST_F(InProcessTest, ASaverThatThrowsFailsTheTrial) {
  auto& driver = open([](TrialContext& trial) {
    (void)trial.report({{"loss", 1}}, [](const auto&) { throw std::runtime_error("no room"); });
  });
  driver.decide = [](const Reported&) { return Reply{.kind = DecisionKind::checkpoint}; };
  const auto id = start(0);
  ASSERT_TRUE(driver.run_until_ended({id}));
  EXPECT_EQ(driver.story(id).ends[0].message,
            "the checkpoint of iteration 1 could not be saved: no room");
  EXPECT_EQ(area_.temporaries(), 0);
}

TEST_F(InProcessTest, ADirectoryIsMadeForThoseWhoAskForIt) {
  auto& driver = open([](TrialContext& trial) {
    if (trial.id() == TrialId{1}) {
      std::ofstream(trial.directory() / "note") << "kept";
    }
  });
  const auto silent = start(0);
  const auto asking = start(1);
  ASSERT_TRUE(driver.run_until_ended({silent, asking}));
  EXPECT_FALSE(std::filesystem::exists(directory_of(0)));
  EXPECT_TRUE(std::filesystem::exists(directory_of(1) / "note"));
  const auto mode = std::filesystem::status(directory_of(1)).permissions();
  EXPECT_EQ(mode, std::filesystem::perms::owner_all);
}

TEST_F(InProcessTest, WhatIsNoExceptionIsStillAFailure) {
  auto& driver = open([](TrialContext&) { throw 3; });
  const auto id = start(0);
  ASSERT_TRUE(driver.run_until_ended({id}));
  EXPECT_EQ(driver.story(id).ends[0].outcome, Outcome::failed);
  EXPECT_NE(driver.story(id).ends[0].message.find("std::exception"), std::string::npos);
}

// Counts what happens to its objects.
struct Counts {
  std::atomic<int> made = 0, set_up = 0, cleaned = 0, reconfigured = 0;
};
class Counter : public Trainable {
 public:
  Counter(Counts& counts, bool reusable) : counts_(counts), reusable_(reusable) { ++counts_.made; }
  void setup(const Config& config) override {
    ++counts_.set_up;
    target_ = config.integer("target");
  }
  Metrics step() override {
    ++steps_;
    return {{"loss", steps_}, {"done", steps_ == target_}};
  }
  void save(const std::filesystem::path& directory) override {
    std::ofstream(directory / "steps") << steps_;
  }
  void load(const std::filesystem::path& directory) override {
    std::ifstream(directory / "steps") >> steps_;
  }
  bool reconfigure(const Config& config) override {
    ++counts_.reconfigured;
    steps_ = 0;
    target_ = config.integer("target");
    return reusable_;
  }
  void cleanup() override { ++counts_.cleaned; }

 private:
  Counts& counts_;
  const bool reusable_;
  std::int64_t steps_ = 0;
  std::int64_t target_ = 0;
};

TEST_F(InProcessTest, AClassStepsUntilItIsDone) {
  Counts counts;
  auto& driver = open(train_with([&] { return std::make_unique<Counter>(counts, false); }));
  for (int trial = 0; trial < 3; ++trial) {
    const auto id = start(trial, {{"target", trial + 2}});
    ASSERT_TRUE(driver.run_until_ended({id}));
    EXPECT_EQ(driver.story(id).results.size(), static_cast<std::size_t>(trial) + 2);
    EXPECT_EQ(counts.cleaned, trial + 1);
  }
  EXPECT_EQ(counts.made, 3);
  EXPECT_EQ(counts.set_up, 3);
  executor_.reset();
}

TEST_F(InProcessTest, AClassThatReconfiguresIsKept) {
  Counts counts;
  auto& driver = open(train_with([&] { return std::make_unique<Counter>(counts, true); }));
  for (int trial = 0; trial < 3; ++trial) {
    const auto id = start(trial, {{"target", 2}});
    ASSERT_TRUE(driver.run_until_ended({id}));
    EXPECT_EQ(driver.story(id).results.size(), 2u);
  }
  EXPECT_EQ(counts.made, 1);
  EXPECT_EQ(counts.cleaned, 0);
  executor_.reset();
  EXPECT_EQ(counts.cleaned, 1);
}

TEST_F(InProcessTest, AClassGoesOnFromItsCheckpoint) {
  Counts counts;
  auto& driver = open(train_with([&] { return std::make_unique<Counter>(counts, false); }));
  driver.decide = [](const Reported& result) {
    return Reply{.kind = result.id.attempt == 1 ? DecisionKind::pause : DecisionKind::proceed};
  };
  const auto first = start(0, {{"target", 3}});
  ASSERT_TRUE(driver.run_until_ended({first}));
  const AttemptId second{TrialId{0}, 2};
  executor_->start({.id = second,
                    .config = {{"target", 3}},
                    .iteration = 1,
                    .restore_from = driver.story(first).checkpoints.at(0).directory});
  ASSERT_TRUE(driver.run_until_ended({second}));
  ASSERT_EQ(driver.story(second).results.size(), 2u);
  EXPECT_EQ(driver.story(second).results[0].metrics.number("loss"), 2);
  executor_.reset();
}

TEST(Caller, TheUsersLoopIsTheTrial) {
  CallerExecutor caller;
  const AttemptId id{TrialId{1}, 1};
  caller.start({.id = id, .iteration = 4});
  ASSERT_EQ(caller.take_started().size(), 1u);
  EXPECT_TRUE(caller.take_started().empty());
  ASSERT_TRUE(caller.post_report(id, {{"loss", 1}}));
  EXPECT_FALSE(caller.post_report(id, {{"loss", 1}}));
  const auto events = caller.next_events(kNever);
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(std::get<Reported>(events[0]).training_iteration, 5);
  EXPECT_FALSE(caller.last_reply(id));
  caller.reply(id, {.training_iteration = 4});
  EXPECT_FALSE(caller.last_reply(id));
  caller.reply(id, {.training_iteration = 5, .kind = DecisionKind::stop});
  EXPECT_EQ(caller.last_reply(id)->kind, DecisionKind::stop);
  ASSERT_TRUE(caller.post_end(id, Outcome::stopped));
  EXPECT_FALSE(caller.post_end(id, Outcome::stopped));
  EXPECT_EQ(std::get<Ended>(caller.next_events(0).at(0)).outcome, Outcome::stopped);
  EXPECT_NE(caller.post_report(id, {}).error().message.find("00001"), std::string::npos);
}

TEST(SystemClockTest, NeverGoesBack) {
  const SystemClock clock;
  TimePoint last = clock.now();
  EXPECT_GT(last, 1'600'000'000'000'000);
  for (int i = 0; i < 1000; ++i) {
    const TimePoint now = clock.now();
    ASSERT_GE(now, last);
    last = now;
  }
}

}  // namespace
}  // namespace luthier
