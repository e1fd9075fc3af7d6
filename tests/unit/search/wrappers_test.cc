// Searchers around searchers: what `repeat` proposes and what it tells the one inside, and when
// `concurrency_limit` lets it propose.
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include <gmock/gmock.h>

#include "search/wrappers/wrapper.h"
#include "support/fake_view_for_search.h"

namespace luthier {
namespace {

using ::testing::ElementsAre;
using testing::FakeView;
using ::testing::StartsWith;

Space line() {
  Space space;
  space.add("x", uniform(0, 10));
  return space;
}

// What a searcher was told, and proposals x = 0, 1, 2, ...
struct Told {
  std::vector<double> added;
  std::vector<std::pair<std::int64_t, double>> results;  // training iteration and loss
  std::vector<std::vector<double>> excess;
  std::vector<std::pair<std::int64_t, TrialState>> ended;  // trial and state
  std::vector<double> changed;
};

class Listener : public Searcher {
 public:
  explicit Listener(Told& told) : told_(told) {}
  Suggestion suggest(const ExperimentView& view, TrialId trial) const override {
    EXPECT_EQ(trial.value, view.trial_count());
    return Proposal{.config = {{"x", static_cast<double>(trial.value)}}, .reason = "counted"};
  }
  void on_trial_added(const ExperimentView& view, TrialId trial) override {
    EXPECT_EQ(trial.value, view.trial_count() - 1);
    told_.added.push_back(view.config(trial).number("x"));
  }
  void on_result(const ExperimentView& view, TrialId trial, const TrialResult& result) override {
    EXPECT_EQ(view.iteration(trial), result.training_iteration);
    told_.results.emplace_back(result.training_iteration, result.metrics.number("loss"));
    told_.excess.push_back(result.excess);
  }
  void on_trial_changed(const ExperimentView& view, TrialId trial) override {
    told_.changed.push_back(view.config(trial).number("x"));
  }
  void on_trial_ended(const ExperimentView& view, TrialId trial) override {
    told_.ended.emplace_back(trial.value, view.state(trial));
  }

 private:
  Told& told_;
};

class Repeating : public ::testing::Test {
 protected:
  static std::unique_ptr<Searcher> around(std::unique_ptr<Searcher> inside, std::int64_t times) {
    static const std::vector<Objective> kObjectives = {{.metric = "loss"}};
    return make_repeat(
        {.options = {{"times", times}, {"searcher", "auto"}}, .objectives = kObjectives},
        std::move(inside));
  }
  TrialId add() { return view.add(*searcher, std::get<Proposal>(view.ask(*searcher)).config); }
  void report(TrialId trial, double loss) { view.report(*searcher, trial, loss); }
  void end(TrialId trial, TrialState state = TrialState::completed) {
    view.end(*searcher, trial, state);
  }

  Told told;
  FakeView view{line()};
  std::unique_ptr<Searcher> searcher = around(std::make_unique<Listener>(told), 3);
};

TEST_F(Repeating, EachConfigurationIsProposedSoOften) {
  std::vector<double> proposed;
  std::vector<std::string> reasons;
  for (int i = 0; i < 7; ++i) {
    const auto proposal = std::get<Proposal>(view.ask(*searcher));
    proposed.push_back(proposal.config.number("x"));
    reasons.push_back(proposal.reason);
    view.add(*searcher, proposal.config);
  }
  EXPECT_THAT(proposed, ElementsAre(0, 0, 0, 1, 1, 1, 2));
  EXPECT_THAT(told.added, ElementsAre(0, 1, 2));
  EXPECT_EQ(reasons[3], "the first of 3 repeats: counted");
  EXPECT_EQ(reasons[5], "repeat 3 of 3 of trial 3");
}

TEST_F(Repeating, TheSearcherInsideIsToldTheMeanOnceAllHaveGotThere) {
  const TrialId a = add();
  report(a, 1);
  report(a, 2);
  const TrialId b = add();
  report(b, 3);
  EXPECT_TRUE(told.results.empty()) << "there is a third to come";
  const TrialId c = add();
  report(c, 5);
  EXPECT_THAT(told.results, ElementsAre(std::pair(1, 3.0)));
  report(b, 4);
  report(c, 6);
  EXPECT_THAT(told.results, ElementsAre(std::pair(1, 3.0), std::pair(2, 4.0)));
  end(a);
  end(b);
  EXPECT_TRUE(told.ended.empty());
  end(c);
  EXPECT_THAT(told.ended, ElementsAre(std::pair(0, TrialState::completed)));
}

TEST_F(Repeating, OneThatWasStoppedCountsAsItWasThen) {
  const TrialId a = add();
  const TrialId b = add();
  const TrialId c = add();
  report(a, 9);
  end(a, TrialState::stopped);
  for (const double loss : {6.0, 3.0}) {
    report(b, loss);
    report(c, loss);
  }
  EXPECT_THAT(told.results, ElementsAre(std::pair(1, 7.0), std::pair(2, 5.0)));
  end(b, TrialState::stopped);
  end(c);
  EXPECT_THAT(told.ended, ElementsAre(std::pair(0, TrialState::completed)));
}

TEST_F(Repeating, WhereAllWereStoppedTheGroupWas) {
  for (int i = 0; i < 3; ++i) {
    const TrialId trial = add();
    report(trial, i);
    end(trial, TrialState::stopped);
  }
  EXPECT_THAT(told.results, ElementsAre(std::pair(1, 1.0)));
  EXPECT_THAT(told.ended, ElementsAre(std::pair(0, TrialState::stopped)));
}

TEST_F(Repeating, FailedOnesAreLeftOutUnlessAllFailed) {
  const TrialId a = add();
  const TrialId b = add();
  const TrialId c = add();
  report(a, 1);
  report(b, 2);
  report(c, 12);
  end(a);
  end(b);
  EXPECT_THAT(told.results, ElementsAre(std::pair(1, 5.0)));
  end(c, TrialState::failed);
  EXPECT_THAT(told.results, ElementsAre(std::pair(1, 5.0), std::pair(1, 1.5)));
  EXPECT_THAT(told.ended, ElementsAre(std::pair(0, TrialState::completed)));
  for (int i = 0; i < 3; ++i) {
    end(add(), TrialState::failed);
  }
  EXPECT_THAT(told.ended.back(), (std::pair(1, TrialState::failed)));
  EXPECT_EQ(told.results.size(), 2U);
}

TEST_F(Repeating, AValueThatIsNoNumberIsLeftOutUnlessAllAre) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const double loss : {4.0, nan, 2.0, nan, nan, nan}) {
    const TrialId trial = add();
    report(trial, loss);
    end(trial);
  }
  ASSERT_EQ(told.results.size(), 2U);
  EXPECT_EQ(told.results[0].second, 3);
  EXPECT_TRUE(std::isnan(told.results[1].second));
}

TEST_F(Repeating, FeasibleOnesCountBeforeOthers) {
  view.judge_by([](const Metrics& metrics) -> std::vector<double> {
    return {metrics.number("loss") - 10, -1};
  });
  for (const double loss : {2.0, 4.0, 90.0, 12.0, 14.0, 16.0}) {
    const TrialId trial = add();
    report(trial, loss);
    end(trial);
  }
  EXPECT_THAT(told.results, ElementsAre(std::pair(1, 3.0), std::pair(1, 14.0)));
  EXPECT_THAT(told.excess, ElementsAre(ElementsAre(0, 0), ElementsAre(4, 0)));
}

TEST_F(Repeating, OneThatIsTriedAgainReplacesItsFailure) {
  std::vector<TrialId> trials;
  for (int i = 0; i < 3; ++i) {
    trials.push_back(add());
  }
  report(trials[0], 1);
  end(trials[0]);
  report(trials[1], 3);
  end(trials[1]);
  end(trials[2], TrialState::failed);
  EXPECT_THAT(told.results, ElementsAre(std::pair(1, 2.0)));
  report(trials[2], 5);
  end(trials[2]);
  EXPECT_THAT(told.results, ElementsAre(std::pair(1, 2.0), std::pair(1, 3.0)));
  EXPECT_EQ(told.ended.size(), 2U);
}

TEST_F(Repeating, GivenConfigurationsAreRepeatedAndKnownOnesAreNot) {
  view.add(*searcher, {{"x", 7.0}});
  EXPECT_EQ(std::get<Proposal>(view.ask(*searcher)).config.number("x"), 7);
  view.add(*searcher, {{"x", 8.0}});
  view.add(*searcher, {{"x", 7.0}});
  view.add(*searcher, {{"x", 7.0}});
  EXPECT_THAT(told.added, ElementsAre(7, 8)) << "equal ones are repeats";
  EXPECT_EQ(std::get<Proposal>(view.ask(*searcher)).reason, "repeat 2 of 3 of trial 1");
}

// PBT: a trial goes on with another configuration, which nobody repeats.
TEST_F(Repeating, OneWithAnotherConfigurationLeavesItsGroup) {
  const TrialId a = add();
  const TrialId b = add();
  const TrialId c = add();
  report(a, 1);
  report(b, 2);
  report(c, 6);
  view.change(*searcher, c, {{"x", 5.0}});
  EXPECT_THAT(told.added, ElementsAre(0, 5));
  report(c, 8);
  EXPECT_THAT(told.results.back(), (std::pair(2, 8.0)));
  view.change(*searcher, c, {{"x", 6.0}});
  EXPECT_THAT(told.changed, ElementsAre(6));
  end(a);
  end(b);
  end(c);
  EXPECT_THAT(
      told.ended,
      ElementsAre(std::pair(0, TrialState::completed), std::pair(1, TrialState::completed)));
}

// As the engine's: a trial counts until it ends or pauses.
class CountingView : public FakeView {
 public:
  using FakeView::FakeView;
  std::int64_t running_count() const override {
    std::int64_t count = 0;
    for (std::int64_t i = 0; i < trial_count(); ++i) {
      count += state({i}) == TrialState::running || state({i}) == TrialState::pending ? 1 : 0;
    }
    return count;
  }
};

std::unique_ptr<Searcher> limited(std::int64_t most, std::unique_ptr<Searcher> inside) {
  return make_concurrency_limit({.options = {{"most", most}, {"searcher", "auto"}}},
                                std::move(inside));
}

bool waits(const FakeView& view, const Searcher& searcher) {
  return std::holds_alternative<Wait>(view.ask(searcher));
}

TEST(ConcurrencyLimit, WaitsWhileSoManyRun) {
  Told told;
  CountingView view(line());
  const auto searcher = limited(2, std::make_unique<Listener>(told));
  const TrialId first = view.add(*searcher, {{"x", 0.0}});
  EXPECT_FALSE(waits(view, *searcher));
  const TrialId second = view.add(*searcher, {{"x", 1.0}});
  EXPECT_TRUE(waits(view, *searcher));
  view.end(*searcher, first);
  EXPECT_EQ(std::get<Proposal>(view.ask(*searcher)).reason, "counted");
  view.add(*searcher, {{"x", 2.0}});
  EXPECT_TRUE(waits(view, *searcher));
  view.set_state(second, TrialState::paused);
  EXPECT_FALSE(waits(view, *searcher)) << "its scheduler may wait for more trials";
  EXPECT_EQ(told.added.size(), 3U);
  EXPECT_EQ(told.ended.size(), 1U);
}

TEST(ConcurrencyLimit, InsideRepeatItCountsConfigurations) {
  Told told;
  CountingView view(line());
  const std::vector<Objective> objectives = {{.metric = "loss"}};
  const auto searcher = make_repeat({.options = {{"times", 2}}, .objectives = objectives},
                                    limited(2, std::make_unique<Listener>(told)));
  for (int i = 0; i < 4; ++i) {
    view.add(*searcher, std::get<Proposal>(view.ask(*searcher)).config);
  }
  EXPECT_TRUE(waits(view, *searcher));
  view.end(*searcher, {0});
  view.end(*searcher, {2});
  EXPECT_TRUE(waits(view, *searcher)) << "one of each still runs";
  view.end(*searcher, {1});
  EXPECT_FALSE(waits(view, *searcher));
  const auto outside = limited(2,
                               make_repeat({.options = {{"times", 2}}, .objectives = objectives},
                                           std::make_unique<Listener>(told)));
  EXPECT_FALSE(waits(view, *outside)) << "one trial runs";
}

TEST(Wrappers, TheSearcherInsideIsNamedWithItsOptions) {
  const auto inside =
      searcher_inside({"repeat", {{"searcher", "tpe:candidates=64,startup_trials=3"}}});
  ASSERT_TRUE(inside);
  EXPECT_EQ(inside->name, "tpe");
  EXPECT_EQ(inside->options.integer("candidates"), 64);
  const auto wrong = searcher_inside({"repeat", {{"searcher", "a b"}}});
  ASSERT_FALSE(wrong);
  EXPECT_THAT(wrong.error().message, StartsWith("option 'searcher' of searcher 'repeat': at "));
}

}  // namespace
}  // namespace luthier
