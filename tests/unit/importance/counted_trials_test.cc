// Which trials of a stored experiment count.
#include "laboratory/importance/counted_trials.h"

#include <cmath>

#include <gtest/gtest.h>

#include "laboratory/importance/importance.h"
#include "laboratory/importance/importance_text.h"
#include "luthier/luthier.h"
#include "support/temporary_directory.h"

namespace luthier {
namespace {

// Trials that are told by hand, each with as many results as it has values.
class CountedTrialsTest : public testing::Test {
 protected:
  void begin(std::int64_t samples, const std::string& searcher = "random") {
    Space space;
    space.add("x", uniform(0, 1));
    space.add("kind", choice({"a", "b"}));
    space.add("depth", randint(1, 9)).when("kind", "a");
    Tuner tuner(space);
    tuner.name("told").maximize("score").samples(samples).searcher(searcher).log({});
    tuner.results(place_.path());
    auto opened = Experiment::open(std::move(tuner));
    ASSERT_TRUE(opened.ok());
    experiment_.emplace(*std::move(opened));
  }

  void add(const std::vector<double>& scores, TrialState end = TrialState::completed) {
    const auto trial = experiment_->ask();
    ASSERT_TRUE(trial);
    for (const double score : scores) {
      ASSERT_TRUE(experiment_->report(trial->id, {{"score", score}, {"loss", -score}}).ok());
    }
    if (end == TrialState::failed) {
      ASSERT_TRUE(experiment_->fail(trial->id, "as it must").ok());
    } else if (end == TrialState::completed) {
      ASSERT_TRUE(experiment_->tell(trial->id).ok());
    }
  }

  CountedTrials counted(const TrialChoice& choice = {}) {
    auto trials = count_trials(place_.path() / "told", choice);
    EXPECT_TRUE(trials.ok()) << (trials.ok() ? "" : trials.error().message);
    return *std::move(trials);
  }
  std::string problem(const TrialChoice& choice) {
    const auto trials = count_trials(place_.path() / "told", choice);
    return trials.ok() ? "" : trials.error().message;
  }

  TemporaryDirectory place_{TemporaryDirectory::Place::memory};
  std::optional<Experiment> experiment_;
};

using Losses = std::vector<double>;

TEST_F(CountedTrialsTest, CompletedOnesWithTheirRankedValue) {
  begin(5);
  add({1, 3, 2});
  add({5}, TrialState::failed);
  add({std::nan("")});
  add({4, 4});
  add({9}, TrialState::running);
  const auto trials = counted();
  EXPECT_EQ(trials.losses, (Losses{-3, -4}));
  EXPECT_EQ(trials.selected, 5);
  EXPECT_FALSE(trials.iteration);
  EXPECT_EQ(trials.left_out.failed, 1);
  EXPECT_EQ(trials.left_out.without_value, 1);
  EXPECT_EQ(trials.left_out.unfinished, 1);
  EXPECT_EQ(trials.left_out.stopped_early, 0);
}

TEST_F(CountedTrialsTest, AnIterationComparesWhatWasReachedThere) {
  begin(4);
  add({1, 3, 2});
  add({7});
  add({4, 4, 8});
  add({6, 5}, TrialState::running);
  const auto trials = counted({.iteration = 2});
  EXPECT_EQ(trials.losses, (Losses{-3, -4, -6}));
  EXPECT_EQ(trials.left_out.too_short, 1);
  EXPECT_EQ(counted({.metric = "loss", .iteration = 2}).losses, (Losses{-3, -4, -5}));
}

TEST_F(CountedTrialsTest, AnotherMetricAndAnExpression) {
  begin(3);
  add({1, 3, 2});
  add({7});
  add({4});
  EXPECT_EQ(counted({.metric = "loss"}).losses, (Losses{-2, -7, -4}));
  EXPECT_FALSE(counted({.metric = "loss"}).objective);
  const auto some = counted({.where = "score > 3"});
  EXPECT_EQ(some.losses, (Losses{-7, -4}));
  EXPECT_EQ(some.selected, 2);
  EXPECT_NE(problem({.metric = "lss"}).find("did you mean 'loss'"), std::string::npos);
  EXPECT_NE(problem({.where = "scor > 3"}).find("score"), std::string::npos);
}

TEST_F(CountedTrialsTest, AReportSaysWhyItDoesNotRank) {
  begin(60);
  for (int i = 0; i < 60; ++i) {
    add({i < 30 ? 1.0 : std::sin(1000.0 * i)});
  }
  const auto reason = [&](const std::string& where, ImportanceMethod method) {
    const auto report =
        read_importance(place_.path() / "told", {.method = method, .trials = {.where = where}});
    EXPECT_TRUE(report.ok() && report->parameters.empty()) << where;
    return report.ok() ? report->reason : "";
  };
  for (const auto method : {ImportanceMethod::fanova, ImportanceMethod::ped_anova}) {
    EXPECT_TRUE(reason("trial < 19", method).starts_with("19 trials are too few"));
    EXPECT_TRUE(reason("trial < 1", method).starts_with("1 trial is too few"));
    EXPECT_EQ(reason("trial < 20", method), "all 20 trials have the same 'score'");
  }
  EXPECT_TRUE(reason("trial >= 30", ImportanceMethod::fanova).starts_with("a random forest"));
  EXPECT_TRUE(reason("trial >= 30", ImportanceMethod::ped_anova).starts_with("the best 10 trials"));
}

TEST_F(CountedTrialsTest, AReportRanksAndSpeaks) {
  begin(200);
  for (int i = 0; i < 200; ++i) {
    const auto trial = experiment_->ask();
    const double x = *trial->config.find("x")->number();
    ASSERT_TRUE(experiment_->report(trial->id, {{"score", 1 - std::abs(x - 0.2)}}).ok());
    ASSERT_TRUE(experiment_->tell(trial->id).ok());
  }
  for (const auto method : {ImportanceMethod::fanova, ImportanceMethod::ped_anova}) {
    const auto report = read_importance(place_.path() / "told", {.method = method});
    ASSERT_TRUE(report.ok());
    EXPECT_EQ(report->reason, "");
    EXPECT_EQ(report->parameters.front().parameter, "x");
    EXPECT_GT(report->parameters.front().share.value, 0.8);
    EXPECT_FALSE(report->parameters.front().good.empty());
    EXPECT_EQ(counted_text(*report), "200 of 200 trials count, by 'score'.");
    for (const auto& each : report->parameters) {
      EXPECT_EQ(each.active < 200, each.parameter == "depth");
    }
  }
  EXPECT_FALSE(read_importance(place_.path() / "told",
                               {.method = ImportanceMethod::ped_anova, .pairs = true})
                   .ok());
}

}  // namespace
}  // namespace luthier
