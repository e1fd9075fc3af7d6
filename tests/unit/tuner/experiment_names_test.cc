// Names as people type them, removal, and names of algorithms from elsewhere.
#include "tuner/stored/experiment_names.h"

#include <filesystem>
#include <fstream>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/experiment_lock.h"
#include "support/temporary_directory.h"
#include "tuner/assembly.h"
#include "tuner/foreign_names.h"
#include "tuner/plugin_registry.h"
#include "tuner/stored/experiment_removal.h"

namespace luthier {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class ExperimentNames : public ::testing::Test {
 protected:
  fs::path make(const std::string& name) {
    auto outcome =
        Tuner([](TrialContext& trial) { static_cast<void>(trial.report({{"loss", 1}})); }, Space())
            .name(name)
            .minimize("loss")
            .results(results_)
            .log({})
            .run();
    EXPECT_TRUE(outcome.ok()) << (outcome ? "" : outcome.error().message);
    return outcome ? outcome->directory : fs::path();
  }
  std::string found(const std::string& name) {
    const auto directory = look_up_experiment(results_, name);
    return directory ? directory->filename().string() : directory.error().message;
  }

  TemporaryDirectory directory_{TemporaryDirectory::Place::memory};
  fs::path results_ = directory_.path() / "results";
};

TEST_F(ExperimentNames, TheBeginningOfANameIsEnough) {
  make("digits");
  make("digits-2");
  make("mnist");
  EXPECT_EQ(found("mn"), "mnist");
  EXPECT_EQ(found("digits"), "digits") << "a full name wins";
  EXPECT_EQ(found("digits-"), "digits-2");
  EXPECT_THAT(found("dig"), HasSubstr("begin with 'dig': digits, digits-2; type more"));
  EXPECT_THAT(found("cifar"), HasSubstr("known: digits, digits-2, mnist"));
  EXPECT_THAT(found(""), HasSubstr("known:"));
}

TEST_F(ExperimentNames, LastIsTheMostRecent) {
  EXPECT_THAT(found("last"), HasSubstr("known: none"));
  make("b");
  make("a");
  EXPECT_EQ(found("last"), "a");
  EXPECT_EQ(recent_experiments(results_).front().filename(), "a");
  make("last");
  make("z");
  EXPECT_EQ(found("last"), "last") << "a full name wins";
}

TEST_F(ExperimentNames, RunsThatStartTogetherHaveNamesOfTheirOwn) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      RunContext options{.session = {.results = results_}, .may_rename = true};
      options.train = [](TrialContext& trial) { static_cast<void>(trial.report({{"loss", 1}})); };
      ExperimentSpec spec;
      spec.name = "same";
      spec.objectives = {{"loss", Mode::min}};
      const auto outcome = run_experiment(spec, PluginRegistry(), options);
      EXPECT_TRUE(outcome.ok()) << (outcome ? "" : outcome.error().message);
    });
  }
  for (auto& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(list_experiments(results_).size(), 4U);
  for (const char* name : {"same", "same-2", "same-3", "same-4"}) {
    EXPECT_TRUE(fs::exists(results_ / name / "experiment.db")) << name;
  }
}

TEST_F(ExperimentNames, RemovingFollowsNoLink) {
  const auto experiment = make("gone");
  const auto kept = directory_.path() / "kept";
  fs::create_directory(kept);
  std::ofstream(kept / "file") << "text";
  fs::create_directory_symlink(kept, experiment / "link");
  fs::create_symlink(kept / "file", experiment / "file");
  ASSERT_TRUE(remove_experiment(experiment).ok());
  EXPECT_FALSE(fs::exists(experiment));
  EXPECT_TRUE(fs::exists(kept / "file"));
}

TEST_F(ExperimentNames, PathsLeadToTheExperimentUnderItsOwnName) {
  const auto experiment = make("own");
  fs::create_directories(experiment / "trials" / "00000");
  const std::string path = experiment.string();
  for (const std::string& typed : {path,
                                   path + "/",
                                   path + "//",
                                   path + "/.",
                                   path + "/trials/..",
                                   path + "/trials/../",
                                   path + "/trials/00000/../..",
                                   path + "/trials/../../own",
                                   std::string("own/"),
                                   std::string("own/."),
                                   std::string("own/trials/..")}) {
    EXPECT_EQ(found(typed), "own") << typed;
  }
  EXPECT_THAT(found("own/trials"), HasSubstr("no experiment"));
}

TEST_F(ExperimentNames, OnlyADirectoryUnderItsOwnNameIsRemoved) {
  const auto experiment = make("whole");
  fs::create_directories(experiment / "trials" / "00000");
  std::ofstream(experiment / "trials" / "00000" / "model") << "mine";
  for (const fs::path& other : {experiment / ".",
                                experiment / "trials" / "..",
                                experiment / "trials/00000/../..",
                                fs::path(experiment.string() + "/")}) {
    EXPECT_EQ(remove_experiment(other).error().code, ErrorCode::invalid_argument) << other;
    EXPECT_TRUE(fs::exists(experiment / "trials" / "00000" / "model")) << other;
    EXPECT_TRUE(fs::exists(experiment / "experiment.db")) << other;
  }
  ASSERT_TRUE(remove_experiment(experiment / "trials" / ".." / ".." / "whole").ok());
  EXPECT_FALSE(fs::exists(experiment));
}

TEST_F(ExperimentNames, RemovingLeavesWhatIsNotTheExperiments) {
  const auto experiment = make("shared");
  std::ofstream(experiment / "notes.txt") << "mine";
  std::ofstream(experiment / "experiment.db-notes") << "mine too";
  fs::create_directories(experiment / "figures" / "loss");
  const std::int64_t own = bytes_on_disk(experiment);
  std::ofstream(experiment / "figures" / "loss" / "1.png") << std::string(5000, 'x');
  EXPECT_EQ(bytes_on_disk(experiment), own) << "only what would go counts";
  const std::vector<std::string> foreign = {"experiment.db-notes", "figures", "notes.txt"};
  EXPECT_EQ(foreign_entries(experiment), foreign);
  ASSERT_TRUE(remove_experiment(experiment).ok());
  EXPECT_EQ(foreign_entries(experiment), foreign);
  EXPECT_TRUE(fs::exists(experiment / "figures" / "loss" / "1.png"));
  EXPECT_FALSE(fs::exists(experiment / "experiment.db"));
  EXPECT_FALSE(fs::exists(experiment / "trials"));
  EXPECT_FALSE(fs::exists(experiment / "experiment.lock"));
}

TEST_F(ExperimentNames, RemovingTakesNoLinkForALog) {
  const auto experiment = make("real");
  const auto fake = results_ / "fake";
  fs::create_directory(fake);
  fs::create_symlink(experiment / "experiment.db", fake / "experiment.db");
  EXPECT_THAT(remove_experiment(fake).error().message, HasSubstr("not an experiment"));
  EXPECT_TRUE(fs::exists(experiment / "experiment.db"));
}

// Its first start was cut off before anything was logged.
TEST_F(ExperimentNames, WhatNeverBeganHasNoName) {
  make("begun");
  const auto unborn = results_ / "begun-2";
  fs::create_directory(unborn);
  std::ofstream(unborn / "experiment.db");
  std::ofstream(unborn / "experiment.lock");
  EXPECT_EQ(found("last"), "begun");
  EXPECT_EQ(found("beg"), "begun");
  EXPECT_EQ(recent_experiments(results_).size(), 1U);
  EXPECT_EQ(free_name(results_, "begun"), "begun-2");
}

// Earlier versions took names of any length, and what they stored still opens.
TEST(PluginRegistry, NamesThatAreTooLongTodayAreTakenFromALog) {
  ExperimentSpec spec;
  spec.name = "stored";
  spec.objectives = {{std::string(200, 'm'), Mode::min}};
  spec.space.add(std::string(300, 'p'), uniform(0, 1));
  const PluginRegistry plugins;
  ExperimentSpec fresh = spec;
  EXPECT_THAT(plugins.resolve(fresh).error().message, HasSubstr("128"));
  spec.searcher.name = fresh.searcher.name;
  EXPECT_TRUE(plugins.make_advisors(spec).ok());
  spec.samples = -1;
  EXPECT_EQ(plugins.make_advisors(spec).error().code, ErrorCode::corruption);
}

TEST_F(ExperimentNames, OnlyAnExperimentThatIsNotHeldIsRemoved) {
  const auto experiment = make("held");
  {
    auto lock = ExperimentLock::take(experiment);
    ASSERT_TRUE(lock.ok());
    ASSERT_TRUE(lock->announce().ok());
    EXPECT_EQ(remove_experiment(experiment).error().code, ErrorCode::unavailable);
  }
  const auto link = results_ / "link";
  fs::create_directory_symlink(experiment, link);
  EXPECT_THAT(remove_experiment(link).error().message, HasSubstr("is a link"));
  const auto other = results_ / "other";
  fs::create_directory(other);
  std::ofstream(other / "experiment.db") << std::string(200, 'x');
  EXPECT_THAT(remove_experiment(other).error().message, HasSubstr("not an experiment"));
  EXPECT_TRUE(fs::exists(other / "experiment.db"));
  EXPECT_TRUE(fs::exists(experiment / "experiment.db"));
}

TEST(ForeignNames, AlgorithmsOfOtherTools) {
  const PluginRegistry registry;
  const auto says = [&](AlgorithmKind kind, const std::string& name) {
    const bool searches = kind == AlgorithmKind::searcher;
    const auto searchers = registry.searchers();
    const auto schedulers = registry.schedulers();
    return unknown_algorithm(
        kind, name, searches ? searchers : schedulers, searches ? schedulers : searchers);
  };
  EXPECT_THAT(says(AlgorithmKind::searcher, "optuna.samplers.TPESampler"),
              HasSubstr("did you mean 'tpe'?"));
  EXPECT_THAT(says(AlgorithmKind::searcher, "Bayesian"), HasSubstr("did you mean 'gp'?"));
  EXPECT_THAT(says(AlgorithmKind::searcher, "hyperband"),
              HasSubstr("did you mean scheduler 'hyperband'?"));
  EXPECT_THAT(says(AlgorithmKind::scheduler, "MedianStoppingRule"),
              HasSubstr("did you mean 'median_stopping'?"));
  EXPECT_THAT(says(AlgorithmKind::scheduler, "hyperopt"),
              HasSubstr("did you mean searcher 'tpe'?"));
  EXPECT_THAT(says(AlgorithmKind::scheduler, "ahsa"), HasSubstr("did you mean 'asha'?"));
}

TEST(ForeignNames, EveryNameLeadsToWhatIsThere) {
  const PluginRegistry registry;
  for (const std::string name : {"optuna",
                                 "hyperopt",
                                 "bayesopt",
                                 "skopt",
                                 "vizier",
                                 "ax",
                                 "smac",
                                 "nevergrad",
                                 "random_search",
                                 "GridSampler",
                                 "QMCSampler",
                                 "lhs"}) {
    const auto meant = meant_algorithm(AlgorithmKind::searcher, name);
    ASSERT_TRUE(meant.has_value()) << name;
    EXPECT_NE(registry.searcher(meant->name), nullptr) << name;
  }
  for (const std::string name : {"median",
                                 "MedianPruner",
                                 "AsyncHyperBandScheduler",
                                 "sha",
                                 "NopPruner",
                                 "PopulationBasedTraining",
                                 "PercentilePruner",
                                 "none"}) {
    const auto meant = meant_algorithm(AlgorithmKind::scheduler, name);
    ASSERT_TRUE(meant.has_value()) << name;
    EXPECT_NE(registry.scheduler(meant->name), nullptr) << name;
  }
}

}  // namespace
}  // namespace luthier
