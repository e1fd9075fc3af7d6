// PBT: who copies whom, what a copy looks like, and how the population shares slots.
#include <algorithm>
#include <cmath>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "schedulers/population/explorer.h"
#include "support/scheduler_stage.h"

namespace luthier {
namespace {

using testing::HasSubstr;

CompiledSpace compile(const Space& space) {
  return std::move(CompiledSpace::compile(space)).value();
}

CompiledSpace wide_space() {
  Space space;
  space.add("lr", loguniform(1e-4, 1e-1));
  space.add("momentum", uniform(-1.0, 1.0));
  space.add("units", randint(1, 17));
  space.add("batch", qrandint(16, 128, 16));
  space.add("decay", quniform(0, 1, 0.1));
  space.add("noise", normal(0, 1));
  space.add("optimizer", choice({"sgd", "adam", "rmsprop"}));
  space.add("beta", uniform(0.5, 0.99)).when("optimizer", "adam");
  space.add("fold", grid({1, 2, 3}));
  return compile(space);
}

TEST(Explorer, StaysInsideTheSpaceOverLongLineages) {
  const CompiledSpace space = wide_space();
  const Explorer explorer({.resample_probability = 0.1, .factors = {3.0, 0.2}});
  for (std::uint64_t lineage = 0; lineage < 60; ++lineage) {
    Rng draw(lineage, "start");
    Config config = space.sample(draw, lineage % 3).value();
    const std::int64_t fold = config.integer("fold");
    for (std::uint64_t step = 0; step < 30; ++step) {
      Rng rng(lineage, "explore", step);
      config = explorer.explore(space, config, rng).config;
      const auto checked = space.check(config);
      ASSERT_TRUE(checked.ok()) << checked.error().message << " in " << to_json(config);
      ASSERT_NE(std::get_if<std::int64_t>(&config.find("units")->data()), nullptr);
      ASSERT_EQ(config.integer("batch") % 16, 0);
      ASSERT_EQ(config.contains("beta"), config.text("optimizer") == "adam");
      ASSERT_EQ(config.integer("fold"), fold);
    }
  }
}

TEST(Explorer, MultipliesByAFactorAndMovesIntegersAtLeastByOne) {
  const CompiledSpace space = wide_space();
  const Explorer explorer({.resample_probability = 0});
  const Config from = {{"lr", 0.01},
                       {"momentum", 0.5},
                       {"units", 1},
                       {"batch", 64},
                       {"decay", 0.5},
                       {"noise", -1.0},
                       {"optimizer", "rmsprop"},
                       {"fold", 2}};
  std::set<std::int64_t> units;
  for (std::uint64_t i = 0; i < 40; ++i) {
    Rng rng(i, "factors");
    const Config config = explorer.explore(space, from, rng).config;
    const double ratio = config.number("lr") / 0.01;
    EXPECT_TRUE(std::abs(ratio - 1.2) < 1e-9 || std::abs(ratio - 0.8) < 1e-9) << ratio;
    EXPECT_TRUE(config.text("optimizer") != "sgd") << "only a neighbour in the list";
    EXPECT_TRUE(config.integer("batch") == 80 || config.integer("batch") == 48);
    units.insert(config.integer("units"));
  }
  EXPECT_EQ(units, (std::set<std::int64_t>{1, 2}));
}

TEST(Explorer, KeepsTheExactValuesOfParametersNotNamed) {
  const CompiledSpace space = wide_space();
  const Explorer explorer({.parameters = {"units"}});
  Rng draw(4, "start");
  const Config from = space.sample(draw, 0).value();
  Rng rng(1, "named");
  const Config to = explorer.explore(space, from, rng).config;
  for (const auto& [name, value] : from) {
    EXPECT_TRUE(name == "units" || *to.find(name) == value) << name;
  }
}

TEST(Explorer, ReturnsTheSameConfigurationWhenNoDrawMeetsTheConstraints) {
  Space space;
  space.add("a", uniform(0.0, 1.0));
  space.add("b", constant(0.5));
  space.constrain("a == b");
  const CompiledSpace compiled = compile(space);
  Rng rng(1, "constraint");
  const Config from = {{"a", 0.5}, {"b", 0.5}};
  const auto explored = Explorer({}).explore(compiled, from, rng);
  EXPECT_EQ(explored.config, from);
  EXPECT_EQ(explored.changes, "no change meets the constraints");
}

// Eight trials that report at iteration 5 with losses 0.0 .. 0.7 in order.
class Population : public testing::Test {
 protected:
  SchedulerStage start(NamedValues settings, int n = 8, int jobs = 8, int end = 20) {
    const StageOptions options{.samples = n, .jobs = jobs, .end_iteration = end, .space = &space_};
    SchedulerStage stage(make_scheduler("pbt", settings, options), options);
    stage.fill();
    return stage;
  }
  CompiledSpace space_ = wide_space();
};

TEST_F(Population, TheUpperQuantileSavesAndTheLowerCopiesIt) {
  auto stage = start({});
  for (std::int64_t i = 0; i < 7; ++i) {
    const Decision decision = stage.report({i}, 5, {{"loss", 0.1 * static_cast<double>(i)}});
    if (i == 0) {
      EXPECT_EQ(decision.kind, DecisionKind::proceed) << "alone there is no quantile";
      EXPECT_EQ(stage.report({0}, 10, {{"loss", 0.0}}).kind, DecisionKind::proceed);
    }
    if (decision.kind == DecisionKind::pause) {
      ADD_FAILURE() << i << " has no donor with a checkpoint: " << decision.reason;
    }
  }
  EXPECT_EQ(stage.report({0}, 15, {{"loss", 0.0}}).kind, DecisionKind::checkpoint);
  const Decision lower = stage.report({7}, 5, {{"loss", 0.7}});
  EXPECT_EQ(lower.kind, DecisionKind::pause);
  EXPECT_FALSE(lower.save);
  EXPECT_EQ(lower.reason,
            "0.7 is number 8 of 8 at iteration 5, in the lower quantile: goes on as a copy of "
            "trial 00000");
  stage.finish_pause({7});
  stage.fill();
  const Choice& choice = stage.choices().back();
  EXPECT_EQ(choice.trial, TrialId{7});
  EXPECT_EQ(choice.checkpoint, stage.at({0}).checkpoint);
  EXPECT_THAT(choice.reason, HasSubstr("copies trial 00000 at iteration 15, with "));
  EXPECT_EQ(choice.numbers, (Numbers{{"donor", 0}, {"donor_iteration", 15}}));
  EXPECT_NE(stage.at({7}).config, stage.at({0}).config);
  EXPECT_TRUE(space_.check(stage.at({7}).config).ok());
}

TEST_F(Population, QuantilesAreThoseOfTheRule) {
  for (const int n : {2, 3, 5, 8, 20}) {
    for (const double fraction : {0.0, 0.1, 0.25, 0.5}) {
      auto stage = start({{"quantile_fraction", fraction}}, n, n);
      int saved = 0;
      for (int round = 1; round <= 2; ++round) {
        for (std::int64_t i = 0; i < n; ++i) {
          if (stage.at({i}).state == TrialState::running && !stage.at({i}).saving) {
            const auto kind = stage.report({i}, 5 * round, {{"loss", static_cast<double>(i)}}).kind;
            saved += round == 2 && kind == DecisionKind::checkpoint ? 1 : 0;
          }
        }
      }
      const int k = std::min(static_cast<int>(std::ceil(n * fraction)), n / 2);
      EXPECT_EQ(saved, k) << n << " " << fraction;
    }
  }
}

TEST_F(Population, ADonorThatLostItsCheckpointIsNotCopied) {
  auto stage = start({}, 2, 2);
  stage.report({0}, 5, {{"loss", 0.1}});
  stage.report({1}, 5, {{"loss", 0.9}});
  EXPECT_EQ(stage.report({0}, 10, {{"loss", 0.1}}).kind, DecisionKind::checkpoint);
  EXPECT_EQ(stage.report({1}, 10, {{"loss", 0.9}}).kind, DecisionKind::pause);
  stage.finish_pause({1});
  stage.at({0}).checkpoint.reset();
  const auto choice = stage.scheduler().choose_trial_to_run(stage);
  ASSERT_TRUE(choice);
  EXPECT_FALSE(choice->checkpoint);
  EXPECT_FALSE(choice->config);
  EXPECT_EQ(choice->reason, "trial 00000 has no checkpoint any more: goes on from its own");
}

TEST_F(Population, ADonorThatTrainedOnSinceItsCheckpointIsNotCopied) {
  auto stage = start({}, 8, 8, 40);
  for (std::int64_t i = 0; i < 8; ++i) {
    stage.report({i}, 5, {{"loss", 0.1 * static_cast<double>(i)}});
  }
  ASSERT_EQ(stage.report({0}, 10, {{"loss", 0.0}}).kind, DecisionKind::checkpoint);
  ASSERT_EQ(stage.report({0}, 15, {{"loss", 0.35}}).kind, DecisionKind::proceed) << "in the middle";
  // Those before it fall behind, which makes it one of the best, with a checkpoint of iteration 10.
  for (std::int64_t i = 1; i < 4; ++i) {
    const Decision decision =
        stage.report({i}, 10, {{"loss", 0.9 + 0.01 * static_cast<double>(i)}});
    EXPECT_EQ(decision.kind, DecisionKind::proceed);
    EXPECT_THAT(decision.reason, HasSubstr("no donor has a checkpoint of its last step"));
  }
}

TEST_F(Population, NanIsReplacedAndNeverCopied) {
  auto stage = start({}, 4, 4);
  for (const int round : {1, 2}) {
    for (std::int64_t i = 0; i < 3; ++i) {
      stage.report({i}, 5 * round, {{"loss", 0.1 * static_cast<double>(i)}});
    }
  }
  EXPECT_EQ(stage.report({3}, 10, {{"loss", std::nan("")}}).kind, DecisionKind::pause);
  stage.finish_pause({3});
  stage.fill();
  EXPECT_EQ(stage.choices().back().numbers.front().second, 0);
}

TEST_F(Population, SharesSlotsByTheLeastTrained) {
  auto stage = start({}, 6, 2);
  ASSERT_TRUE(stage.run());
  EXPECT_EQ(stage.breaches(), std::vector<std::string>());
  for (const StageTrial& trial : stage.trials()) {
    EXPECT_EQ(trial.state, TrialState::completed);
    EXPECT_EQ(trial.iteration, 20);
  }
}

TEST_F(Population, SynchComparesWhenAllHaveMet) {
  auto stage = start({{"synch", true}}, 4, 2, 18);
  ASSERT_TRUE(stage.run());
  EXPECT_EQ(stage.breaches(), std::vector<std::string>());
  int copies = 0;
  for (const Choice& choice : stage.choices()) {
    if (choice.checkpoint) {
      ++copies;
      EXPECT_EQ(std::fmod(choice.numbers.back().second, 5), 0) << "donors are where all have met";
    }
  }
  EXPECT_EQ(copies, 3) << "one of four at each of the meetings at 5, 10 and 15";
}

TEST_F(Population, LineagesRepeatWithTheSeed) {
  const auto play = [&](std::uint64_t seed) {
    const StageOptions options{.samples = 8,
                               .jobs = 4,
                               .end_iteration = 30,
                               .one_by_one = true,
                               .seed = 5,
                               .space = &space_};
    StageOptions seeded = options;
    seeded.seed = seed;
    SchedulerStage stage(make_scheduler("pbt", {}, seeded), options);
    stage.run();
    return stage.transcript();
  };
  EXPECT_EQ(play(1), play(1));
  EXPECT_NE(play(1), play(2));
}

TEST_F(Population, RefusesWhatItCannotExplore) {
  const StageOptions stage{.space = &space_};
  const auto name = try_make_scheduler("pbt", {{"parameters", "lr, momentun"}}, stage);
  ASSERT_FALSE(name.ok());
  EXPECT_THAT(name.error().message, HasSubstr("no parameter 'momentun'; did you mean 'momentum'?"));
  const auto factors = try_make_scheduler("pbt", {{"perturbation_factors", "1.2;0.8"}}, stage);
  ASSERT_FALSE(factors.ok());
  EXPECT_THAT(factors.error().message, HasSubstr("must be positive numbers separated by commas"));
  Space empty;
  empty.add("fold", grid({1, 2}));
  const CompiledSpace compiled = compile(empty);
  const auto nothing = try_make_scheduler("pbt", {}, {.space = &compiled});
  ASSERT_FALSE(nothing.ok());
  EXPECT_THAT(nothing.error().message, HasSubstr("nothing to explore"));
}

}  // namespace
}  // namespace luthier
