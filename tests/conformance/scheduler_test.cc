// What every scheduler owes the engine (scheduler.h), run over every row of the table.
#include "luthier/scheduler.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <numeric>

#include <gtest/gtest.h>

#include "support/scheduler_stage.h"
#include "support/temporary_directory.h"

namespace luthier {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

const CompiledSpace& small_space() {
  static const CompiledSpace compiled = [] {
    Space space;
    space.add("lr", loguniform(1e-5, 1e-1));
    space.add("units", randint(1, 65));
    space.add("optimizer", choice({"sgd", "adam"}));
    space.add("momentum", uniform(0.0, 0.99)).when("optimizer", "sgd");
    return std::move(CompiledSpace::compile(space)).value();
  }();
  return compiled;
}

std::string policy_file() {
  static const TemporaryDirectory directory;
  const auto path = directory.path() / "policy.jsonl";
  std::ofstream(path) << R"({"iteration": 0, "config": {"lr": 0.1}})"
                         "\n"
                      << R"({"iteration": 6, "config": {"lr": 0.05}})"
                         "\n";
  return path.string();
}

// A configuration of each scheduler, and a second one where a mode changes the rule.
struct Case {
  std::string label;
  std::string name;
  NamedValues options;
};
std::vector<Case> cases() {
  std::vector<Case> all;
  for (const SchedulerRow& row : builtin_schedulers()) {
    const std::string name(row.name);
    NamedValues options;
    if (name == "asha") {
      all.push_back(
          {"asha_promote", name, {{"mode", "promote"}, {"max_t", 27}, {"reduction_factor", 3}}});
      all.push_back({"asha_brackets", name, {{"brackets", 3}, {"max_t", 64}}});
      options = {{"max_t", 27}, {"reduction_factor", 3}};
    } else if (name == "hyperband") {
      options = {{"max_t", 27}};
    } else if (name == "median_stopping") {
      all.push_back({"median_stopping_soft", name, {{"hard_stop", false}}});
    } else if (name == "pbt") {
      all.push_back({"pbt_synch", name, {{"synch", true}}});
    } else if (name == "pasha") {
      options = {{"max_t", 27}, {"reduction_factor", 3}};
    } else if (name == "bohb") {
      options = {{"max_t", 27}};
    } else if (name == "successive_halving") {
      all.push_back({"successive_halving_auto", name, {}});
      options = {{"min_resource", 1}, {"reduction_factor", 3}};
    } else if (name == "threshold") {
      options = {{"lower", 0.05}, {"upper", 0.95}};
    } else if (name == "percentile") {
      options = {{"startup_trials", 2}};
    } else if (name == "pbt_replay") {
      options = {{"policy", policy_file()}};
    }
    all.push_back({name, name, options});
  }
  return all;
}

class Schedulers : public testing::TestWithParam<Case> {
 protected:
  SchedulerStage play(StageOptions options) const {
    options.space = &small_space();
    auto scheduler = make_scheduler(GetParam().name, GetParam().options, options);
    return SchedulerStage(std::move(scheduler), options);
  }
  void expect_lively(SchedulerStage& stage) const {
    EXPECT_TRUE(stage.run()) << "did not come to an end";
    EXPECT_EQ(stage.breaches(), std::vector<std::string>());
  }
};

TEST_P(Schedulers, OneTrialTrainsToItsEnd) {
  auto stage = play({.samples = 1, .end_iteration = 30});
  expect_lively(stage);
  ASSERT_EQ(stage.trials().size(), 1);
  EXPECT_EQ(stage.trials()[0].state, TrialState::completed);
}

TEST_P(Schedulers, EveryTrialOfALargeSearchEnds) {
  for (const int jobs : {1, 4, 50}) {
    auto stage = play({.samples = 50, .jobs = jobs, .end_iteration = 40});
    expect_lively(stage);
    EXPECT_EQ(stage.trials().size(), 50);
    EXPECT_TRUE(std::ranges::any_of(
        stage.trials(), [](const StageTrial& t) { return t.state == TrialState::completed; }));
  }
}

TEST_P(Schedulers, FailuresRetriesNanAndJumpsDoNotStallIt) {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    auto stage = play({.samples = 20,
                       .jobs = 1 + static_cast<int>(seed % 7),
                       .end_iteration = 40,
                       .retries = static_cast<int>(seed % 3),
                       .failure_probability = 0.03,
                       .nan_probability = 0.1,
                       .largest_jump = 1 + static_cast<int>(seed % 12),
                       .can_save = seed % 2 == 0,
                       .seed = seed});
    expect_lively(stage);
  }
}

TEST_P(Schedulers, TheSameCallsGiveTheSameAnswers) {
  const StageOptions options{.samples = 20,
                             .jobs = 5,
                             .end_iteration = 40,
                             .retries = 1,
                             .failure_probability = 0.02,
                             .nan_probability = 0.05,
                             .largest_jump = 3};
  auto first = play(options);
  auto second = play(options);
  first.run();
  second.run();
  EXPECT_FALSE(first.transcript().empty());
  EXPECT_EQ(first.transcript(), second.transcript());
}

// What the engine does when an attempt is lost: the iterations come again, from a checkpoint or
// from the start, and the scheduler has seen them before.
TEST_P(Schedulers, ResultsThatComeASecondTimeDoNoHarm) {
  for (const bool can_save : {true, false}) {
    auto stage = play(
        {.samples = 6, .jobs = 6, .end_iteration = 40, .can_save = can_save, .one_by_one = true});
    stage.fill();
    for (int attempt = 0; attempt < 2; ++attempt) {
      for (std::int64_t i = 1; i <= 3 && stage.state({0}) == TrialState::running; ++i) {
        if (stage.report({0}, i, {{"loss", 0.5}}).kind == DecisionKind::pause) {
          stage.finish_pause({0});
        }
      }
      if (attempt == 0 && stage.state({0}) == TrialState::running) {
        stage.set_state({0}, TrialState::pending);
        stage.fill();
      }
    }
    expect_lively(stage);
  }
}

TEST_P(Schedulers, TenThousandTrialsCostNoMoreLooksEachThanAHundred) {
  // pb2 fits a model for each of its copies: some milliseconds, however many trials there are.
  const int many = GetParam().name == "pb2" ? 1000 : 10000;
  const auto looks_a_question = [&](int samples) {
    auto stage = play({.samples = samples, .jobs = 8, .end_iteration = 9});
    expect_lively(stage);
    EXPECT_EQ(stage.trials().size(), static_cast<std::size_t>(samples));
    return static_cast<double>(stage.looks()) / static_cast<double>(stage.questions());
  };
  // A walk over all trials would make this ten or a hundred times as much.
  EXPECT_LT(looks_a_question(many), 3 * looks_a_question(100) + 3);
}

TEST_P(Schedulers, EqualResultsEnd) {
  auto stage =
      play({.samples = 30, .jobs = 3, .end_iteration = 40, .curve = [](auto...) { return 1.0; }});
  expect_lively(stage);
}

TEST_P(Schedulers, NothingButNanEnds) {
  auto stage =
      play({.samples = 12, .jobs = 3, .end_iteration = 40, .curve = [](auto...) { return kNan; }});
  expect_lively(stage);
}

TEST_P(Schedulers, AMetricThatNeverComesEnds) {
  auto stage = play({.samples = 5, .jobs = 2});
  stage.fill();
  const Decision decision = stage.report({0}, 1, {});
  EXPECT_EQ(decision.kind, DecisionKind::proceed) << decision.reason;
}

TEST_P(Schedulers, HeldTrialsAreLeftAlone) {
  auto stage = play({.samples = 9, .jobs = 9, .end_iteration = 40, .one_by_one = true});
  stage.fill();
  for (const std::int64_t held : {2, 5}) {
    stage.hold({held}, true);
    stage.finish_pause({held});
  }
  stage.run();
  EXPECT_EQ(stage.breaches(), std::vector<std::string>());
  for (const std::int64_t held : {2, 5}) {
    EXPECT_EQ(stage.trials()[static_cast<std::size_t>(held)].furthest, 0);
  }
  EXPECT_TRUE(std::ranges::any_of(
      stage.trials(), [](const StageTrial& t) { return t.state == TrialState::completed; }));
}

TEST_P(Schedulers, EveryOptionIsDocumentedAndItsDefaultIsAllowed) {
  const auto row = std::ranges::find(builtin_schedulers(), GetParam().name, &SchedulerRow::name);
  const PluginInfo info = row->plugin().info;
  EXPECT_FALSE(info.summary.empty());
  NamedValues defaults;
  for (const OptionSpec& option : info.options) {
    EXPECT_FALSE(option.meaning.empty()) << option.name;
    if (!option.default_value.is_null()) {
      defaults.set(option.name, option.default_value);
    }
  }
  EXPECT_TRUE(resolve_options("it", info.options, defaults).ok());
}

// The values of one rung in the order of arrival.
void check_order(const Case& scheduler, const std::vector<double>& values, Mode mode) {
  // HyperBand's first bracket, here of 4 trials, cuts nothing: others fill it first.
  const std::size_t others = scheduler.name == "hyperband" ? 4 : 0;
  const int n = static_cast<int>(values.size() + others);
  StageOptions options{.samples = n,
                       .jobs = n,
                       .end_iteration = 40,
                       .one_by_one = true,
                       .objectives = {{"score", mode}},
                       .space = &small_space()};
  options.curve = [&](TrialId trial, const Config&, int) {
    const auto i = static_cast<std::size_t>(trial.value);
    return i < others ? 0.5 : values[i - others];
  };
  SchedulerStage stage(make_scheduler(scheduler.name, scheduler.options, options), options);
  ASSERT_TRUE(stage.run());
  ASSERT_EQ(stage.breaches(), std::vector<std::string>());
  const auto is_better = [&](double a, double b) {
    return std::isfinite(a) && (!std::isfinite(b) || (mode == Mode::min ? a < b : a > b));
  };
  const auto best =
      static_cast<std::size_t>(std::ranges::min_element(values, is_better) - values.begin());
  const bool halves = scheduler.name == "asha" || scheduler.name == "hyperband";
  const StageTrial& winner = stage.trials()[best + others];
  EXPECT_TRUE(!halves || winner.state == TrialState::completed) << scheduler.label;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const StageTrial& trial = stage.trials()[i + others];
    if (!std::isfinite(values[i])) {
      EXPECT_LE(trial.furthest, winner.furthest) << scheduler.label;
      EXPECT_TRUE(!halves || trial.state == TrialState::stopped) << scheduler.label;
    }
  }
}

void check_orders(const Case& scheduler, std::vector<double> values, Mode mode) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), 0);
  int orders = 0;
  do {
    std::vector<double> arranged;
    for (const std::size_t i : order) {
      arranged.push_back(values[i]);
    }
    check_order(scheduler, arranged, mode);
    ++orders;
  } while (std::ranges::next_permutation(order).found);
  EXPECT_EQ(orders, values.size() == 4 ? 24 : 720);
}

TEST_P(Schedulers, NanAndInfinityNeverWinInAll24Orders) {
  for (const double bad : {kNan, kInfinity, -kInfinity}) {
    check_orders(GetParam(), {0.1, 0.2, 0.3, bad}, Mode::min);
    check_orders(GetParam(), {0.1, 0.2, 0.3, bad}, Mode::max);
  }
}

TEST_P(Schedulers, NanNeverWinsInAll720Orders) {
  check_orders(GetParam(), {0.1, 0.2, kNan, 0.3, kInfinity, 0.4}, Mode::min);
}

INSTANTIATE_TEST_SUITE_P(All, Schedulers, testing::ValuesIn(cases()), [](const auto& info) {
  return info.param.label;
});

// The schedulers that take several objectives.
class SchedulersOfSeveral : public Schedulers {
 protected:
  SchedulerStage play_several(StageOptions options) const {
    options.objectives = {{"loss", Mode::min}, {"accuracy", Mode::max}};
    return play(std::move(options));
  }
};

TEST_P(SchedulersOfSeveral, FailuresRetriesNanAndJumpsDoNotStallIt) {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    auto stage = play_several({.samples = 25,
                               .jobs = 1 + static_cast<int>(seed % 7),
                               .end_iteration = 40,
                               .retries = static_cast<int>(seed % 3),
                               .failure_probability = seed % 4 == 0 ? 0.03 : 0,
                               .nan_probability = seed % 3 == 0 ? 0.1 : 0,
                               .largest_jump = 1 + static_cast<int>(seed % 12),
                               .can_save = seed % 2 == 0,
                               .seed = seed});
    expect_lively(stage);
  }
}

TEST_P(SchedulersOfSeveral, TheSameCallsGiveTheSameAnswers) {
  const StageOptions options{.samples = 30,
                             .jobs = 5,
                             .end_iteration = 40,
                             .retries = 1,
                             .failure_probability = 0.02,
                             .nan_probability = 0.05,
                             .largest_jump = 3};
  auto first = play_several(options);
  auto second = play_several(options);
  first.run();
  second.run();
  EXPECT_FALSE(first.transcript().empty());
  EXPECT_EQ(first.transcript(), second.transcript());
}

TEST_P(SchedulersOfSeveral, EqualResultsAndNothingButNanEnd) {
  for (const double value : {1.0, kNan}) {
    auto stage = play_several({.samples = 30,
                               .jobs = 3,
                               .end_iteration = 40,
                               .curve = [=](auto...) { return value; },
                               .further_curve = [](auto...) { return 2.0; }});
    expect_lively(stage);
  }
}

// One trial is better in everything, and one has no number for either objective: in any order of
// arrival, whichever objective it is that tells, the first trains on and the last does not.
TEST_P(SchedulersOfSeveral, WhatDominatesAllTrainsOnAndNanDoesNot) {
  const bool halves = GetParam().name == "asha" || GetParam().name == "hyperband";
  constexpr std::size_t kTrials = 12;  // hyperband's second bracket, after 4 trials, cuts
  for (std::size_t best = 4; halves && best < kTrials - 3; ++best) {
    for (const std::size_t nan_in : {0, 1}) {
      const std::size_t bad = 4 + (best - 4 + 2) % 5;
      const auto value = [=](TrialId trial, std::size_t objective) {
        const auto i = static_cast<std::size_t>(trial.value);
        const double sign = objective == 0 ? 1 : -1;
        const double middle =
            sign * (0.3 + 0.01 * static_cast<double>(objective == 0 ? i : 20 - i));
        return i == best                         ? sign * 0.1
               : i == bad && objective == nan_in ? kNan
               : i == bad                        ? sign * 0.01
                                                 : middle;
      };
      auto stage =
          play_several({.samples = kTrials,
                        .jobs = kTrials,
                        .end_iteration = 40,
                        .one_by_one = true,
                        .curve = [=](TrialId trial, const Config&, int) { return value(trial, 0); },
                        .further_curve = value});
      expect_lively(stage);
      EXPECT_EQ(stage.trials()[best].state, TrialState::completed) << best;
      EXPECT_EQ(stage.trials()[bad].state, TrialState::stopped) << bad;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All,
                         SchedulersOfSeveral,
                         testing::ValuesIn([] {
                           auto all = cases();
                           std::erase_if(all, [](const Case& each) {
                             const auto row = std::ranges::find(
                                 builtin_schedulers(), each.name, &SchedulerRow::name);
                             return !row->plugin().info.multi_objective;
                           });
                           return all;
                         }()),
                         [](const auto& info) { return info.param.label; });

// A bracket that never fills, a milestone that never comes, a pause that nothing ends: over the
// whole range of options, with failures and NaN mixed in.
void check_triples(const std::string& name, const NamedValues& extra) {
  int triples = 0;
  for (const double eta : {2, 3, 4, 5, 6, 10}) {
    for (int i = 0; i < 835 && triples < 5000; ++i, ++triples) {
      Rng rng(7, name, static_cast<std::uint64_t>(triples));
      const int max_t = 1 + i % 100;
      const int samples = 1 + static_cast<int>(rng.below(i % 2 == 0 ? 12 : 100));
      StageOptions options{.samples = samples,
                           .jobs = 1 + static_cast<int>(rng.below(i % 3 == 0 ? 1 : 16)),
                           .retries = static_cast<int>(rng.below(2)),
                           .failure_probability = i % 4 == 1 ? 0.02 : 0,
                           .nan_probability = i % 4 == 2 ? 0.05 : 0,
                           .largest_jump = 1 + (i % 5 == 0 ? 0 : static_cast<int>(rng.below(9))),
                           .can_save = i % 8 != 3,
                           .seed = static_cast<std::uint64_t>(triples)};
      NamedValues settings = extra;
      settings.set("max_t", max_t);
      settings.set("reduction_factor", eta);
      SchedulerStage stage(make_scheduler(name, settings, options), options);
      ASSERT_TRUE(stage.run()) << "max_t " << max_t << " eta " << eta << " n " << samples;
      ASSERT_EQ(stage.breaches(), std::vector<std::string>());
      if (name == "hyperband") {
        ASSERT_TRUE(std::ranges::none_of(stage.trials(), &StageTrial::abandoned))
            << "max_t " << max_t << " eta " << eta << " n " << samples;
      }
      if (options.failure_probability == 0 && options.nan_probability == 0) {
        ASSERT_TRUE(std::ranges::any_of(
            stage.trials(), [](const StageTrial& t) { return t.state == TrialState::completed; }))
            << "max_t " << max_t << " eta " << eta << " n " << samples;
      }
    }
  }
  EXPECT_EQ(triples, 5000);
}

TEST(Liveness, HyperbandFinishesForEveryTriple) {
  check_triples("hyperband", {});
}
TEST(Liveness, PromotingAshaFinishesForEveryTriple) {
  check_triples("asha", {{"mode", "promote"}});
}

}  // namespace
}  // namespace luthier
