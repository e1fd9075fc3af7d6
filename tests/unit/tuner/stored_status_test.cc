// What is kept beside a log is what the log says, however the experiment came to be as it is; and
// whatever else is kept there, the log wins where it can be told.
#include <cmath>

#include <gtest/gtest.h>

#include "luthier/luthier.h"
#include "store/sqlite/sqlite_store.h"
#include "support/temporary_directory.h"
#include "tuner/assembly.h"
#include "tuner/stored/derived_check.h"
#include "tuner/stored/status.h"

namespace luthier {
namespace {

class KeptStatus : public testing::Test {
 protected:
  Tuner tuner(std::int64_t samples) {
    Space space;
    space.add("x", uniform(0, 1));
    space.add("kind", choice({"a", "b"}));
    Tuner tuner(space);
    tuner.name("asked").minimize("loss").samples(samples).log({}).results(place_.path());
    return tuner;
  }

  // Asks for trials and reports; every third fails.
  void run(Experiment& experiment, int trials, bool two_metrics = false) {
    for (int i = 0; i < trials; ++i) {
      const auto trial = experiment.ask();
      ASSERT_TRUE(trial);
      for (int step = 1; step <= 3; ++step) {
        Metrics metrics{{"loss", trial->config.number("x") + 1.0 / step}, {"odd", std::nan("")}};
        if (two_metrics) {
          metrics.set("size", 1.0 - trial->config.number("x"));
        }
        ASSERT_TRUE(experiment.report(trial->id, metrics).ok());
      }
      ASSERT_TRUE(i % 3 == 2 ? experiment.fail(trial->id, "as it must").ok()
                             : experiment.tell(trial->id).ok());
    }
  }

  void expect_kept(const std::string& when) {
    const auto kept = read_kept_status(directory_);
    ASSERT_TRUE(kept.ok()) << kept.error().message;
    ASSERT_TRUE(*kept) << when << ": nothing is kept for the last event";
    const auto state = read_state(directory_);
    ASSERT_TRUE(state.ok()) << state.error().message;
    EXPECT_EQ(encode(**kept), encode(status_of(**state))) << when;
    EXPECT_EQ(encode(*read_status(directory_)), encode(status_of(**state))) << when;
    EXPECT_EQ(DerivedCheck().difference(directory_, **state), "") << when;
  }

  TemporaryDirectory place_{TemporaryDirectory::Place::memory};
  std::filesystem::path directory_ = place_.path() / "asked";
};

TEST_F(KeptStatus, IsWhatTheLogSaysAfterEachEndOfAController) {
  {
    auto experiment = Experiment::open(tuner(9));
    ASSERT_TRUE(experiment.ok()) << experiment.error().message;
    run(*experiment, 5);
    ASSERT_TRUE(experiment->close().ok());
  }
  expect_kept("interrupted");
  {
    auto experiment = Experiment::open(tuner(9));
    ASSERT_TRUE(experiment.ok()) << experiment.error().message;
    run(*experiment, 4);
    EXPECT_FALSE(experiment->ask());
    ASSERT_TRUE(experiment->close().ok());
  }
  expect_kept("finished");
}

TEST_F(KeptStatus, IsWhatTheLogSaysAfterARequestWithoutAController) {
  {
    auto experiment = Experiment::open(tuner(9));
    ASSERT_TRUE(experiment.ok()) << experiment.error().message;
    run(*experiment, 4);
    ASSERT_TRUE(experiment->close().ok());
  }
  ASSERT_TRUE(request(directory_, {.request = RequestKind::stop, .who = "someone"}).ok());
  expect_kept("stopped");
  EXPECT_TRUE(read_status(directory_)->finished);
}

TEST_F(KeptStatus, HoldsTheWholeParetoFront) {
  auto asked = tuner(12);
  asked.minimize("size");
  auto experiment = Experiment::open(std::move(asked));
  ASSERT_TRUE(experiment.ok()) << experiment.error().message;
  run(*experiment, 12, true);
  ASSERT_TRUE(experiment->close().ok());
  expect_kept("two objectives");
  EXPECT_GT(read_status(directory_)->best.size(), 3U);
}

// A copy of the log that an earlier version would have written.
TEST_F(KeptStatus, IsNotNeeded) {
  {
    auto experiment = Experiment::open(tuner(4));
    ASSERT_TRUE(experiment.ok()) << experiment.error().message;
    run(*experiment, 4);
    ASSERT_TRUE(experiment->close().ok());
  }
  const auto copy = place_.path() / "copy";
  auto store = open_for_writing(copy, {.create = true});
  ASSERT_TRUE(store.ok());
  ASSERT_TRUE(read_events(directory_, 1, [&](const Event& event) {
                return (*store)->append({&event, 1}).ok();
              }).ok());
  ASSERT_TRUE((*store)->close().ok());
  EXPECT_FALSE(*read_kept_status(copy));
  const auto with = read_stored_experiment(directory_);
  const auto without = read_stored_experiment(copy);
  ASSERT_TRUE(with.ok() && without.ok());
  EXPECT_EQ(encode(with->status), encode(without->status));
  EXPECT_EQ(to_json(with->spec), to_json(without->spec));
}

// The checksums are right: nothing but another look at the whole log tells.
TEST_F(KeptStatus, ThatLiesIsShownAndHarmsNothing) {
  {
    auto experiment = Experiment::open(tuner(6));
    ASSERT_TRUE(experiment.ok()) << experiment.error().message;
    run(*experiment, 3);
    ASSERT_TRUE(experiment->close().ok());
  }
  ExperimentStatus lie = *read_status(directory_);
  lie.finished = true;
  lie.samples = -5;
  lie.counts = {-1, 1000000, 0, 0, 0, 7};
  lie.best_trial = TrialId{-3};
  lie.best = {{.trial = {std::int64_t{1} << 60}}};
  {
    auto store = open_for_writing(directory_, {.status = [&](auto) { return encode(lie); }});
    ASSERT_TRUE(store.ok());
    ASSERT_TRUE((*store)->close().ok());
  }
  EXPECT_EQ(*read_status(directory_), lie);
  EXPECT_EQ((*read_state(directory_))->trial_count(), 3);
  EXPECT_EQ(DerivedCheck().difference(directory_, **read_state(directory_)), "status");
  {
    auto experiment = Experiment::open(tuner(6));
    ASSERT_TRUE(experiment.ok()) << experiment.error().message;
    run(*experiment, 3);
    ASSERT_TRUE(experiment->close().ok());
  }
  expect_kept("resumed");
  EXPECT_EQ(read_status(directory_)->trial_count(), 6);
}

// The state, the advisors and the loggers are fed by the pass in which the store checks the log.
TEST_F(KeptStatus, ResumingPassesEachStoredEventOnceToALogger) {
  struct Counter final : Logger {
    Result<> on_open(const ExperimentView&, Sequence last, const ReadFrom&) override {
      opened_at = last;
      return {};
    }
    void on_stored(const ExperimentView&, const Event& event) override {
      in_order = in_order && event.sequence == stored + 1 && opened_at < 0;
      stored = event.sequence;
    }
    void on_events(const ExperimentView&, std::span<const Event> events) override {
      in_order = in_order && (events.empty() || events.front().sequence > stored);
    }
    Sequence stored = 0;
    Sequence opened_at = -1;
    bool in_order = true;
  };
  for (const Sequence expected : {Sequence{0}, Sequence{1}}) {
    const auto counter = std::make_shared<Counter>();
    auto asked = tuner(6);
    asked.logger(counter);
    auto experiment = Experiment::open(std::move(asked));
    ASSERT_TRUE(experiment.ok()) << experiment.error().message;
    run(*experiment, 3);
    ASSERT_TRUE(experiment->close().ok());
    EXPECT_TRUE(counter->in_order);
    EXPECT_EQ(counter->opened_at, counter->stored);
    EXPECT_GE(counter->stored, expected);
  }
}

}  // namespace
}  // namespace luthier
