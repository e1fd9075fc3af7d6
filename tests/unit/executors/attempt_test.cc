// What becomes of an attempt: results of both streams and of files, what was measured, and an
// outcome that is true.
#include <thread>

#include <gmock/gmock.h>

#include "process_rig.h"

namespace luthier {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::Gt;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Lt;

class AttemptTest : public ProcessRig {
 protected:
  ExecutorDriver& listen(ExecutorDriver& driver) {
    driver.on_event = [this](const ExecutorEvent& event) {
      if (const auto* understood = std::get_if<UnderstoodOutput>(&event)) {
        understood_.push_back(understood->text);
      } else if (const auto* remarked = std::get_if<Remarked>(&event)) {
        remarks_.push_back(*remarked);
      }
    };
    return driver;
  }

  std::vector<std::string> understood_;
  std::vector<Remarked> remarks_;
};

TEST_F(AttemptTest, WhatWasUnderstoodIsSaidOnceAndTaught) {
  listen(open_shell("echo loss=2; echo loss=1"));
  run(request(0));
  run(request(1));
  ASSERT_EQ(understood_.size(), 1U);

  listen(open_shell("echo loss=2; echo loss=1"));
  auto again = request(2);
  again.understanding = understood_[0];
  EXPECT_THAT(losses(run(again)), ElementsAre(2, 1));
  EXPECT_EQ(understood_.size(), 1U);  // it was known
}

TEST_F(AttemptTest, AnUnderstandingThatCannotBeReadLeavesTheExperiment) {
  auto& driver = open_shell("echo loss=2");
  std::string reason;
  driver.on_event = [&](const ExecutorEvent& event) {
    if (const auto* unusable = std::get_if<Unusable>(&event)) {
      reason = unusable->reason;
    }
  };
  auto wrong = request(0);
  wrong.understanding = "not an understanding";
  executor_->start(wrong);
  driver.run_for(std::chrono::milliseconds(200));
  EXPECT_NE(reason, "");
}

// It is told to stop at its first result, and has ended long before.
TEST_F(AttemptTest, AProgramThatRanToItsEndHasReturned) {
  auto& driver = open_shell("for i in 3 2 1; do echo loss=$i; done");
  driver.decide = [](const Reported&) {
    std::this_thread::sleep_for(std::chrono::milliseconds(600));
    return Reply{.kind = DecisionKind::stop};
  };
  const auto& story = run();
  EXPECT_EQ(story.ends[0].outcome, Outcome::returned);
  EXPECT_EQ(story.results.size(), 1U);
}

TEST_F(AttemptTest, AProgramThatIsToldToStopInTimeIsStopped) {
  auto& driver = open_shell("echo loss=3; echo loss=3; exec sleep 60");
  driver.decide = [](const Reported&) { return Reply{.kind = DecisionKind::stop}; };
  EXPECT_EQ(run().ends[0].outcome, Outcome::stopped);
}

TEST_F(AttemptTest, OkStatusesAreSuccess) {
  open_shell("echo loss=1; exit 20", {.ok_statuses = {10, 20}});
  const auto good = run(request(0));
  EXPECT_EQ(good.ends[0].outcome, Outcome::returned);
  EXPECT_EQ(good.ends[0].exit_status, 20);
  open_shell("echo loss=1; exit 21", {.ok_statuses = {10, 20}});
  EXPECT_EQ(run(request(1)).ends[0].outcome, Outcome::failed);
  open_shell("echo loss=1; kill -20 $$; sleep 1", {.ok_statuses = {20}});  // a signal is no status
  open_shell("kill -9 $$", {.ok_statuses = {9, 137}});
  EXPECT_EQ(run(request(2)).ends[0].outcome, Outcome::failed);
}

TEST_F(AttemptTest, TheWholeTreeIsMeasured) {
  // A child that is waited for, and one that is left behind.
  const std::string burn = "import time\nwhile time.process_time() < 0.25: pass\n";
  open_shell("cd $LUTHIER_TRIAL_DIR; python3 -c \"" + burn +
             "\"\n(python3 -c \"x = b'x' * 80_000_000\n" + burn +
             "open('done', 'w').close(); time.sleep(60)\" &)\nwhile ! test -e done; do sleep 0.05; "
             "done; echo loss=1");
  const auto& story = run();
  const Measured& measured = story.ends[0].measured;
  EXPECT_THAT(measured.wall_s, AllOf(Gt(0.4), Lt(60)));
  EXPECT_THAT(measured.cpu_s, AllOf(Gt(0.5), Lt(20)));
  EXPECT_THAT(measured.max_rss_bytes, Gt(80'000'000));
  EXPECT_FALSE(story.results[0].metrics.contains("wall_s"));  // nobody asked for it
}

TEST_F(AttemptTest, AMeasuredObjectiveIsOneResultAtTheEnd) {
  open_shell("echo compiling; echo loss=3; sleep 0.1", {.metrics = {"wall_s", "max_rss_bytes"}});
  const auto& story = run();
  EXPECT_EQ(story.ends[0].outcome, Outcome::returned) << story.ends[0].message;
  ASSERT_EQ(story.results.size(), 1U);
  EXPECT_THAT(story.results[0].metrics.number("wall_s"), Gt(0.09));
  EXPECT_THAT(story.results[0].metrics.number("max_rss_bytes"), Gt(100'000));
  EXPECT_FALSE(story.results[0].metrics.contains("cpu_s"));
}

TEST_F(AttemptTest, BesideAPrintedObjectiveItIsPartOfTheLastResult) {
  open_shell("echo loss=3; echo loss=2; sleep 0.5; echo loss=1", {.metrics = {"loss", "wall_s"}});
  const auto& story = run();
  EXPECT_THAT(losses(story), ElementsAre(3, 2, 1));
  EXPECT_FALSE(story.results[1].metrics.contains("wall_s"));
  EXPECT_THAT(story.results[2].metrics.number("wall_s"), Gt(0.4));
}

TEST_F(AttemptTest, BesideAReportedObjectiveItFollows) {
  open_shell("echo '{\"loss\": 2}' >&3; read -r reply <&3", {.metrics = {"loss", "cpu_s"}});
  const auto& story = run();
  EXPECT_THAT(losses(story), ElementsAre(2, 2));
  EXPECT_TRUE(story.results[1].metrics.contains("cpu_s"));
}

TEST_F(AttemptTest, ARuleMayReadWhatIsMeasured) {
  open_shell("echo loss=3", {.metrics = {"loss"}, .readings = {"wall_s"}});
  EXPECT_TRUE(run().results[0].metrics.contains("wall_s"));
}

TEST_F(AttemptTest, AFailedOrStoppedAttemptHasNoMeasuredResult) {
  open_shell("exit 1", {.metrics = {"wall_s"}});
  const auto failed = run(request(0));
  EXPECT_EQ(failed.ends[0].outcome, Outcome::failed);
  EXPECT_THAT(failed.results, IsEmpty());
  EXPECT_THAT(failed.ends[0].measured.wall_s, Gt(0));
  auto& driver = open_shell("exec sleep 60", {.metrics = {"wall_s"}});
  const auto slow = request(1);
  executor_->start(slow);
  driver.run_for(std::chrono::milliseconds(300));
  executor_->interrupt(slow.id, false, false);
  ASSERT_TRUE(driver.run_until_ended({slow.id}));
  EXPECT_EQ(driver.story(slow.id).ends[0].outcome, Outcome::stopped);
  EXPECT_THAT(driver.story(slow.id).results, IsEmpty());
}

TEST_F(AttemptTest, WithTtyTheOutputIsATerminalThatAddsNothing) {
  open({.command = {"python3",
                    "-c",
                    "import os, sys\n"
                    "print(sys.stdout.isatty(), sys.stderr.isatty(), sys.stdin.isatty())\n"
                    "try: open('/dev/tty'); print('controlled')\n"
                    "except OSError: print('free')\n"
                    "print('\\x03\\x04 loss=0.5')\n"
                    "print('loss=0.25')"},
        .tty = true});
  const auto& story = run();
  EXPECT_EQ(story.ends[0].outcome, Outcome::returned) << story.ends[0].message;
  EXPECT_EQ(content("stdout.log"), "True False False\nfree\n\x03\x04 loss=0.5\nloss=0.25\n");
}

TEST_F(AttemptTest, ATerminalLosesNothingAtTheEnd) {
  open_shell("i=0; while [ $i -lt 3000 ]; do echo loss=$i; i=$((i + 1)); done", {.tty = true});
  const auto& story = run();
  ASSERT_EQ(story.results.size(), 3000U);
  EXPECT_EQ(story.results[2999].metrics.number("loss"), 2999);
}

TEST_F(AttemptTest, PythonPrintsAtOnce) {
  auto& driver = open({.command = {"python3",
                                   "-c",
                                   "import time; print('loss=1'); "
                                   "print('loss=0.5'); time.sleep(60)"}});
  driver.decide = [](const Reported&) { return Reply{.kind = DecisionKind::stop}; };
  EXPECT_EQ(run().ends[0].outcome, Outcome::stopped);
}

TEST_F(AttemptTest, BufferedOutputIsRemarkedOn) {
  listen(open_shell("sleep 1.2; for i in 4 3 2 1; do echo loss=$i; done"));
  run(request(0));
  ASSERT_EQ(remarks_.size(), 1U);
  EXPECT_EQ(remarks_[0].about, Remarked::About::late_output);
  EXPECT_THAT(remarks_[0].text, AllOf(HasSubstr("buffered"), HasSubstr("--tty")));
  remarks_.clear();
  listen(open_shell("for i in 4 3 2 1; do echo loss=$i; sleep 0.4; done"));
  run(request(1));
  EXPECT_THAT(remarks_, IsEmpty());
}

TEST_F(AttemptTest, ManyLinesWithoutAMetricAreRemarkedOnWhileItRuns) {
  auto& driver =
      listen(open_shell("i=0; while [ $i -lt 300 ]; do echo something $i; "
                        "i=$((i + 1)); done; exec sleep 60",
                        {.metrics = {"val_loss"}}));
  const auto silent = request(0);
  executor_->start(silent);
  for (int i = 0; i < 100 && remarks_.empty(); ++i) {
    driver.run_for(std::chrono::milliseconds(50));
  }
  EXPECT_THAT(driver.story(silent.id).ends, IsEmpty());
  ASSERT_EQ(remarks_.size(), 1U);
  EXPECT_EQ(remarks_[0].about, Remarked::About::nothing_heard);
  EXPECT_THAT(remarks_[0].text, HasSubstr("no value of 'val_loss'"));
  executor_->interrupt(silent.id, false, false);
  EXPECT_TRUE(driver.run_until_ended({silent.id}));
}

TEST_F(AttemptTest, AWantedFileIsTheOnlySource) {
  open_shell(
      "echo loss=9; mkdir -p $LUTHIER_TRIAL_DIR/logs/v0; "
      "printf 'loss\\n3\\n2\\n' > $LUTHIER_TRIAL_DIR/logs/v0/m.csv",
      {.metric_files = {"logs/**/*.csv"}});
  EXPECT_THAT(losses(run()), ElementsAre(3, 2));
}

// The only result that it has printed is not lost where more would have been needed to be sure.
TEST_F(AttemptTest, AResultThatWasHeldBackSurvivesTheEndOfItsTime) {
  auto& driver = open_shell("echo loss=4; exec sleep 60");
  auto limited = request(0);
  limited.timeout = std::chrono::milliseconds(700);
  const auto& timed = run(limited);
  EXPECT_EQ(timed.ends[0].outcome, Outcome::timed_out);
  EXPECT_THAT(losses(timed), ElementsAre(4));

  const auto stopped = request(1);
  executor_->start(stopped);
  driver.run_for(std::chrono::milliseconds(500));
  executor_->interrupt(stopped.id, false, false);
  ASSERT_TRUE(driver.run_until_ended({stopped.id}));
  EXPECT_EQ(driver.story(stopped.id).ends[0].outcome, Outcome::stopped);
  EXPECT_THAT(losses(driver.story(stopped.id)), ElementsAre(4));
}

}  // namespace
}  // namespace luthier
