// Whole systems through the public interface: real threads, a real store, real checkpoints.
#include <chrono>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "luthier/luthier.h"
#include "support/temporary_directory.h"
#include "tuner/assembly.h"

namespace luthier {
namespace {

Space line() {
  Space space;
  space.add("x", uniform(0, 1));
  return space;
}

// Counts to nine; its state is the iteration, which a checkpoint carries.
void count(TrialContext& trial) {
  std::int64_t state = 0;
  if (const auto from = trial.checkpoint()) {
    std::ifstream(*from / "state") >> state;
    if (state != trial.iteration()) {
      throw std::runtime_error("restored " + std::to_string(state));
    }
  }
  while (state < 9) {
    ++state;
    const auto save = [&](const std::filesystem::path& to) {
      std::ofstream(to / "state") << state;
    };
    if (!trial.report({{"loss", trial.config().number("x") + 1.0 / static_cast<double>(state)}},
                      save)) {
      return;
    }
  }
}

Tuner quiet(const std::filesystem::path& results) {
  Tuner tuner(count, line());
  tuner.name("t").minimize("loss").samples(12).jobs(3).searcher("random").results(results).log({});
  return tuner;
}

TEST(TunerRuns, PausedTrialsGoOnFromTheirCheckpointsAndReplayAgrees) {
  const TemporaryDirectory place;
  Tuner tuner = quiet(place.path());
  tuner.scheduler("hyperband", {{"max_t", 9}});
  const auto outcome = tuner.run();
  ASSERT_TRUE(outcome.ok()) << outcome.error().message;
  EXPECT_TRUE(outcome->finished);
  ASSERT_NE(outcome->best_trial(), nullptr);
  std::int64_t resumed = 0;
  for (const TrialSummary& trial : outcome->trials) {
    EXPECT_NE(trial.state, TrialState::failed) << trial.reason;
    resumed += trial.attempts > 1 ? 1 : 0;
  }
  EXPECT_GT(resumed, 0);
  const auto replayed = tuner.replay();
  ASSERT_TRUE(replayed.ok());
  EXPECT_EQ(replayed->differences, 0) << replayed->first_difference;
}

TEST(TunerRuns, AnExperimentIsExtendedAndItsFailedTrialsAreRetried) {
  const TemporaryDirectory place;
  bool mended = false;
  const auto fail_first = [&](TrialContext& trial) {
    trial.report({{"loss", 1.0}});
    if (!mended && trial.id().value == 0) {
      throw std::runtime_error("broke");
    }
  };
  Tuner tuner(fail_first, line());
  tuner.name("t").minimize("loss").samples(2).jobs(1).results(place.path()).log({});
  ASSERT_TRUE(tuner.run().ok());
  EXPECT_FALSE(tuner.extend(0).ok());
  EXPECT_FALSE(tuner.extend(-1, 5).ok());
  const auto extended = tuner.extend(3);
  ASSERT_TRUE(extended.ok()) << extended.error().message;
  EXPECT_EQ(extended->trials.size(), 5U);
  mended = true;
  const auto retried = tuner.retry();
  ASSERT_TRUE(retried.ok()) << retried.error().message;
  for (const TrialSummary& trial : retried->trials) {
    EXPECT_EQ(trial.state, TrialState::completed) << trial.reason;
  }
  const auto nothing = tuner.resume();
  ASSERT_FALSE(nothing.ok());
  EXPECT_NE(nothing.error().message.find("`Tuner::extend` in its C++ program"), std::string::npos)
      << nothing.error().message;
}

TEST(TunerRuns, WhereNothingLimitedTheSamplesTheyAreAddedToThoseThatWereDrawn) {
  const TemporaryDirectory place;
  const auto slow = [](TrialContext& trial) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    trial.report({{"loss", 1.0}});
  };
  Tuner tuner(slow, line());
  tuner.name("t")
      .minimize("loss")
      .samples(0)
      .time_budget(0.3)
      .jobs(1)
      .results(place.path())
      .log({});
  const auto outcome = tuner.run();
  ASSERT_TRUE(outcome.ok()) << outcome.error().message;
  ASSERT_GT(outcome->trials.size(), 3U);
  const auto extended = tuner.extend(3, 600);
  ASSERT_TRUE(extended.ok()) << extended.error().message;
  EXPECT_EQ(extended->trials.size(), outcome->trials.size() + 3);
}

TEST(TunerRuns, AFunctionThatAlwaysThrowsEndsTheRunEarly) {
  const TemporaryDirectory place;
  Tuner tuner([](TrialContext&) { throw std::runtime_error("no data at 0x7f01"); }, line());
  tuner.name("t").minimize("loss").samples(500).jobs(2).results(place.path()).log({});
  const auto outcome = tuner.run();
  ASSERT_TRUE(outcome.ok()) << outcome.error().message;
  EXPECT_TRUE(outcome->failed_early);
  EXPECT_FALSE(outcome->finished);
  EXPECT_LT(outcome->trials.size(), 10U);
  EXPECT_NE(outcome->reason.find("no data"), std::string::npos) << outcome->reason;
}

TEST(TunerRuns, AStopRuleMayComeBeforeItsObjective) {
  const TemporaryDirectory place;
  const auto train = [](TrialContext& trial) {
    for (int i = 9; i > 0 && trial.report({{"val/loss", i / 10.0}}); --i) {
    }
  };
  Tuner tuner(train, line());
  tuner.name("t").stop("val/loss < 0.5").minimize("val/loss").results(place.path()).log({});
  const auto outcome = tuner.run();
  ASSERT_TRUE(outcome.ok()) << outcome.error().message;
  EXPECT_EQ(outcome->trials.front().iterations, 6);
  Tuner doubtful(train, line());
  doubtful.minimize("loss").stop("val/loss < 0.5").results(place.path()).log({});
  EXPECT_NE(doubtful.run().error().message.find("'`val/loss` < 0.5'"), std::string::npos);
}

// A trial whose first attempt breaks at iteration 5, after `damaged` of its checkpoints (the newest
// ones) have got another content. It keeps two of them.
struct DamagedRun {
  std::vector<std::int64_t>
      started_at;  // iterations at which training began, once for each attempt
  std::int64_t reports = 0;
  TrialSummary trial;
};

DamagedRun run_with_damage(std::size_t damaged) {
  const TemporaryDirectory place;
  DamagedRun ran;
  const auto train = [&](TrialContext& trial) {
    ran.started_at.push_back(trial.iteration());
    const auto save = [&](const std::filesystem::path& to) {
      std::ofstream(to / "state") << trial.iteration();
    };
    while (trial.iteration() < 8) {
      ++ran.reports;
      if (!trial.report({{"loss", 1.0}}, save)) {
        return;
      }
      if (trial.iteration() == 5 && ran.started_at.size() == 1) {
        for (std::size_t i = 0; i < damaged; ++i) {
          std::ofstream state(place.path() / "t" / "trials" / "00000" / "checkpoints" /
                              ("00000" + std::to_string(5 - i)) / "state");
          state << "another content" << std::flush;
          EXPECT_TRUE(state.good()) << i;
        }
        throw std::runtime_error("out of luck");
      }
    }
  };
  Tuner tuner(train, line());
  tuner.name("t").minimize("loss").searcher("random").results(place.path()).log({});
  tuner.jobs(1).samples(1).checkpoint_every(1).keep_checkpoints(2).retries(1);
  tuner.spec().retry_delay_s = 0;
  const auto outcome = tuner.run();
  EXPECT_TRUE(outcome.ok()) << outcome.error().message;
  ran.trial = outcome->trials.front();
  const auto replayed = tuner.replay();
  EXPECT_TRUE(replayed.ok());
  EXPECT_EQ(replayed->differences, 0) << replayed->first_difference;
  return ran;
}

TEST(TunerRuns, AnOlderCheckpointReplacesADamagedOne) {
  const DamagedRun ran = run_with_damage(1);
  EXPECT_EQ(ran.trial.state, TrialState::completed) << ran.trial.reason;
  EXPECT_EQ(ran.started_at, (std::vector<std::int64_t>{0, 4}));
  EXPECT_EQ(ran.reports, 5 + 4);
  EXPECT_EQ(ran.trial.attempts, 3);
}

TEST(TunerRuns, ATrialWithoutAWholeCheckpointStartsOver) {
  const DamagedRun ran = run_with_damage(2);
  EXPECT_EQ(ran.trial.state, TrialState::completed) << ran.trial.reason;
  EXPECT_EQ(ran.started_at, (std::vector<std::int64_t>{0, 0}));
  EXPECT_EQ(ran.reports, 5 + 8);
  EXPECT_EQ(ran.trial.attempts, 4);
}

TEST(AskAndTell, TheCallersLoopDrivesTheSameEngine) {
  const TemporaryDirectory place;
  Tuner tuner(line());
  tuner.name("asked").minimize("loss").samples(20).scheduler(
      "asha", {{"max_t", 4}, {"reduction_factor", 2}});
  tuner.results(place.path()).log({});
  auto experiment = Experiment::open(std::move(tuner));
  ASSERT_TRUE(experiment.ok()) << experiment.error().message;
  std::int64_t stopped = 0;
  while (const auto trial = experiment->ask()) {
    for (int step = 1; step <= 4; ++step) {
      const auto decision =
          experiment->report(trial->id, {{"loss", trial->config.number("x") + 1.0 / step}});
      ASSERT_TRUE(decision.ok()) << decision.error().message;
      if (*decision == DecisionKind::stop) {
        stopped += step < 4 ? 1 : 0;
        break;
      }
    }
    ASSERT_TRUE(experiment->tell(trial->id).ok());
  }
  EXPECT_EQ(experiment->error(), "");
  EXPECT_TRUE(experiment->finished());
  EXPECT_GT(stopped, 0);
  const auto summary = experiment->close();
  ASSERT_TRUE(summary.ok());
  EXPECT_EQ(summary->trials.size(), 20U);
  const auto state = read_state(place.path() / "asked");
  ASSERT_TRUE(state.ok());
  EXPECT_TRUE((*state)->finished()) << "the log knows it too";
  const auto replayed = replay_experiment(place.path() / "asked", PluginRegistry());
  ASSERT_TRUE(replayed.ok());
  EXPECT_EQ(replayed->differences, 0) << replayed->first_difference;
}

TEST(TunerRuns, ATrialThatReportsAnotherMetricFailsWithItsName) {
  Tuner tuner([](TrialContext& trial) { (void)trial.report({{"acc", 1}, {"lss", 2}}); }, line());
  const auto outcome = tuner.minimize("loss").store("memory").log({}).run();
  ASSERT_TRUE(outcome.ok());
  EXPECT_EQ(outcome->trials[0].state, TrialState::failed);
  EXPECT_EQ(outcome->trials[0].reason,
            "returned without a value of 'loss'; metrics reported: acc, lss");
  Tuner nan([](TrialContext& trial) { (void)trial.report({{"loss", std::nan("")}}); }, line());
  const auto bad = nan.minimize("loss").store("memory").log({}).run();
  ASSERT_TRUE(bad.ok());
  EXPECT_EQ(bad->trials[0].state, TrialState::completed) << "NaN is a value";
}

TEST(TunerRuns, KnownResultsAreToldAndNeverRun) {
  for (const char* searcher : {"random",
                               "grid",
                               "sobol",
                               "tpe",
                               "gp",
                               "cmaes",
                               "bohb",
                               "dehb",
                               "auto",
                               "repeat",
                               "concurrency_limit"}) {
    TemporaryDirectory directory;
    Space space;
    space.add("x", choice({0, 1, 2, 3, 4, 5, 6, 7}));
    space.add("amp", flag("--amp"));
    std::vector<Config> ran;
    std::mutex mutex;
    Tuner tuner(
        [&](TrialContext& trial) {
          const std::lock_guard lock(mutex);
          ran.push_back(trial.config());
          trial.report({{"loss", trial.config().number("x")}});
        },
        space);
    tuner.name("known").minimize("loss").samples(4).jobs(2).searcher(searcher).log({});
    tuner.results(directory.path()).deterministic(2);
    for (int x = 0; x < 4; ++x) {
      tuner.known({{"x", x}, {"amp", true}}, {{"loss", x}});
    }
    const auto done = tuner.run();
    ASSERT_TRUE(done) << searcher << done.error().message;
    EXPECT_EQ(ran.size(), 4U) << searcher;
    EXPECT_EQ(done->trials.size(), 8U);
    EXPECT_EQ(done->trials[0].proposed_by, "known");
    EXPECT_EQ(done->trials[0].attempts, 0);
    EXPECT_EQ(done->reason, "all 4 trials ended");
    ASSERT_NE(done->best_trial(), nullptr);
    EXPECT_EQ(done->best_trial()->id.value, 0);
    for (const Config& config : ran) {
      EXPECT_FALSE(config.number("x") < 4 && config.boolean("amp")) << searcher;
    }
    EXPECT_EQ(tuner.replay()->differences, 0) << searcher;
  }
}

TEST(TunerRuns, AKnownResultMustFitAndBeWhole) {
  Space space;
  space.add("x", uniform(0, 1));
  space.add("y", constant(2));
  Tuner tuner([](TrialContext&) {}, space);
  tuner.minimize("loss").store("memory").log({});
  tuner.known({{"x", 0.5}}, {{"loss", 1}}).known({{"x", 2}}, {{"loss", 1}});
  tuner.known({}, {{"loss", 1}}).known({{"x", 0.5}}, {{"los", 1}});
  const auto done = tuner.run();
  ASSERT_FALSE(done);
  for (const char* said : {"known result 2: parameter 'x' is 2",
                           "known result 3: the parameter 'x' is missing",
                           "known result 4: there is no number for the objective 'loss'"}) {
    EXPECT_NE(done.error().message.find(said), std::string::npos) << done.error().message;
  }
  EXPECT_EQ(done.error().message.find("known result 1"), std::string::npos);
}

TEST(AskAndTell, WhatWasOutIsAskedAgainAfterAnInterruption) {
  const TemporaryDirectory place;
  const auto open = [&] {
    Tuner tuner(line());
    tuner.name("again")
        .minimize("loss")
        .samples(3)
        .searcher("random")
        .results(place.path())
        .log({});
    return Experiment::open(std::move(tuner));
  };
  std::optional<AskedTrial> first;
  {
    auto experiment = open();
    ASSERT_TRUE(experiment.ok()) << experiment.error().message;
    first = experiment->ask();
    ASSERT_TRUE(first);
  }
  auto experiment = open();
  ASSERT_TRUE(experiment.ok()) << experiment.error().message;
  const auto again = experiment->ask();
  ASSERT_TRUE(again);
  EXPECT_EQ(again->id, first->id);
  EXPECT_EQ(again->config, first->config);
}

TEST(AskAndTell, AsManyTrialsAreOutAsTheCallerLikes) {
  Tuner tuner(line());
  tuner.minimize("loss").samples(0).searcher("random").store("memory").log({}).resource("cpu", "4");
  auto experiment = Experiment::open(std::move(tuner));
  ASSERT_TRUE(experiment.ok()) << experiment.error().message;
  for (int i = 0; i < 500; ++i) {
    ASSERT_TRUE(experiment->ask()) << i;
  }
}

TEST(AskAndTell, AfterTheLastTrialClosingFinishes) {
  for (const bool all : {true, false}) {
    Tuner tuner(line());
    tuner.minimize("loss").samples(3).searcher("random").store("memory").log({});
    auto experiment = Experiment::open(std::move(tuner));
    ASSERT_TRUE(experiment.ok()) << experiment.error().message;
    for (int i = 0; i < (all ? 3 : 2); ++i) {
      const auto trial = experiment->ask();
      ASSERT_TRUE(trial && experiment->report(trial->id, {{"loss", i}}));
      ASSERT_TRUE(experiment->tell(trial->id).ok());
    }
    const auto summary = experiment->close();
    ASSERT_TRUE(summary.ok());
    EXPECT_EQ(summary->finished, all);
  }
}

TEST(TunerRuns, ProgramsAreRunToo) {
  const TemporaryDirectory place;
  Tuner tuner(line());
  tuner.name("programs").minimize("loss").samples(3).searcher("random").results(place.path());
  tuner.log({}).executor("process").command({"sh", "-c", "echo loss={x}"});
  const auto outcome = tuner.run();
  ASSERT_TRUE(outcome.ok()) << outcome.error().message;
  ASSERT_EQ(outcome->trials.size(), 3U);
  for (const TrialSummary& trial : outcome->trials) {
    EXPECT_EQ(trial.state, TrialState::completed) << trial.reason;
    EXPECT_EQ(trial.metrics.number("loss"), trial.config.number("x"));
  }
}

TEST(TunerRuns, ProgramsAreHeardAsTheCommandLineHearsThem) {
  const TemporaryDirectory folder;
  const std::string script =
      "mkdir $LUTHIER_TRIAL_DIR/logs; test -t 1 || exit 1; "
      "printf 'epoch,loss\\n1,3\\n2,2\\n' > $LUTHIER_TRIAL_DIR/logs/a.csv; exit 20";
  auto summary = Tuner(line())
                     .name("heard")
                     .results(folder.path())
                     .log({})
                     .minimize("loss")
                     .searcher("random")
                     .scheduler("asha", {{"max_t", 2}})
                     .executor("process")
                     .command({"sh", "-c", script})
                     .metric_file("logs/*.csv")
                     .metric_file("other.json")
                     .ok_status({10, 20})
                     .tty()
                     .time_attr("epoch")
                     .run();
  ASSERT_TRUE(summary.ok()) << summary.error().message;
  EXPECT_EQ(summary->trials[0].state, TrialState::completed) << summary->trials[0].reason;
  EXPECT_EQ(summary->trials[0].iterations, 2);
}

TEST(TunerRuns, WhatAnExecutorCantRunIsSaid) {
  const TemporaryDirectory place;
  const auto said = [&](Tuner tuner) {
    tuner.name("t").minimize("loss").searcher("random").results(place.path() / "r").log({});
    const auto outcome = tuner.run();
    EXPECT_FALSE(outcome.ok());
    EXPECT_FALSE(std::filesystem::exists(place.path() / "r" / "t"));
    return outcome.ok() ? std::string() : outcome.error().message;
  };
  const auto has = [](const std::string& message, const char* words) {
    return message.find(words) != std::string::npos;
  };
  Tuner twice(count, line());
  twice.command({"true"});
  EXPECT_TRUE(has(said(std::move(twice)), "which the executor in_process does not run"));
  Tuner function(count, line());
  function.executor("ray");
  EXPECT_TRUE(has(said(std::move(function)), "does not run a function of this program"));
  Tuner library(line());
  library.executor("ray").trainable("nothing.so");
  EXPECT_TRUE(has(said(std::move(library)), "nothing.so can't be used"));
  Tuner nothing(line());
  nothing.executor("process");
  EXPECT_TRUE(has(said(std::move(nothing)), "needs a program to run"));
  Tuner python(line());
  python.executor("process").python("a:b").command({"true"});
  EXPECT_TRUE(has(said(std::move(python)), "python"));
}

TEST(TunerRuns, EveryProblemIsNamedBeforeAnythingIsMade) {
  const TemporaryDirectory place;
  Tuner tuner(count, line());
  tuner.name("bad").samples(-1).scheduler("ahsa").searcher("random").results(place.path() / "r");
  const auto outcome = tuner.run();
  ASSERT_FALSE(outcome.ok());
  const std::string& message = outcome.error().message;
  EXPECT_NE(message.find("no objective"), std::string::npos) << message;
  EXPECT_NE(message.find("did you mean 'asha'"), std::string::npos) << message;
  EXPECT_NE(message.find("samples is -1"), std::string::npos) << message;
  EXPECT_FALSE(std::filesystem::exists(place.path() / "r"));
}

}  // namespace
}  // namespace luthier
