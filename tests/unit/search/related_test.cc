// Related tasks in searchers: where their best results were is looked at first, as long as that
// pays, whatever their spaces and the size of their losses.
#include <algorithm>
#include <cmath>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "search/priors/priors.h"
#include "search/priors/related_places.h"
#include "support/fake_view_for_search.h"
#include "support/plane_search.h"

namespace luthier {
namespace {

using testing::best_in_plane;
using testing::FakeView;
using ::testing::HasSubstr;
using testing::make_searcher;
using ::testing::Not;
using testing::plane;

// So many results around a place, best first.
RelatedTask around(double x, double y, int count = 30, std::string name = "earlier") {
  RelatedTask task{.name = std::move(name), .results = {}};
  for (int i = 0; i < count; ++i) {
    const double away = 0.4 * i / count * (i % 2 == 0 ? 1 : -1);
    task.results.push_back({.config = {{"x", std::clamp(x + away, 0.0, 0.999)},
                                       {"y", std::clamp(y - away, 0.0, 0.999)}},
                            .metrics = {{"loss", static_cast<double>(i)}}});
  }
  return task;
}

RelatedTask one_result(Config config) {
  return {.name = "earlier",
          .results = {{.config = std::move(config), .metrics = {{"loss", 1.0}}}}};
}

// The coordinates of the only place, by axis; NaN where it says nothing.
std::vector<double> place_of(const Space& declared, Config config) {
  const auto space = CompiledSpace::compile(declared);
  const auto places = related_places(one_result(std::move(config)), *space);
  std::vector<double> out(space->axes().size(), std::nan(""));
  for (const auto& place : places) {
    for (const AxisPrior& each : place) {
      out[each.axis()] = each.centre();
    }
  }
  return out;
}

TEST(RelatedPlaces, ValuesOfThisSpaceKeepTheirPlace) {
  Space space;
  space.add("lr", loguniform(1e-4, 1));
  space.add("kind", choice({"a", "b"}));
  const auto place = place_of(space, {{"lr", 1e-2}, {"kind", "b"}});
  EXPECT_NEAR(place[0], 0.5, 1e-9);
  EXPECT_EQ(place[1], 0.75);
}

TEST(RelatedPlaces, MissingParametersAndOtherLevelsSayNothing) {
  Space space;
  space.add("lr", loguniform(1e-4, 1));
  space.add("kind", choice({"a", "b"}));
  const auto place = place_of(space, {{"extra", 3}, {"lr", "fast"}, {"kind", "c"}});
  EXPECT_TRUE(std::isnan(place[0]));
  EXPECT_TRUE(std::isnan(place[1]));
  const auto compiled = CompiledSpace::compile(space);
  EXPECT_TRUE(related_places(one_result({{"extra", 3}}), *compiled).empty());
}

TEST(RelatedPlaces, NumbersOutsideAndBetweenStepsCountAsTheNearest) {
  Space space;
  space.add("lr", loguniform(1e-4, 1));
  space.add("units", qrandint(0, 100, 25));
  space.add("depth", randint(1, 5));
  const auto compiled = CompiledSpace::compile(space);
  const auto decoded = [&](Config config) {
    return compiled->decode(place_of(space, std::move(config)));
  };
  Config inside = decoded({{"lr", 1e-9}, {"units", 60}, {"depth", 2.4}});
  EXPECT_NEAR(inside.number("lr"), 1e-4, 1e-12);
  EXPECT_EQ(inside.integer("units"), 50);
  EXPECT_EQ(inside.integer("depth"), 2);
  inside = decoded({{"lr", 7.0}, {"units", 1000}, {"depth", 40}});
  EXPECT_NEAR(inside.number("lr"), 1, 1e-6);
  EXPECT_EQ(inside.integer("units"), 100);
  EXPECT_EQ(inside.integer("depth"), 4);
}

TEST(RelatedPlaces, TheCellOfAGridIsNotTheirs) {
  Space space;
  space.add("seed", grid({1, 2}));
  space.add("x", uniform(0, 1));
  const auto place = place_of(space, {{"seed", 2}, {"x", 0.25}});
  EXPECT_TRUE(std::isnan(place[0]));
  EXPECT_EQ(place[1], 0.25);
}

class WithRelated : public ::testing::TestWithParam<std::string> {};

TEST_P(WithRelated, TriesItsBestConfigurationFirstAndSaysSo) {
  FakeView view(plane());
  const std::vector<RelatedTask> related = {around(0.3, 0.6)};
  const auto searcher = make_searcher(GetParam(), view, related);
  const auto first = std::get<Proposal>(view.ask(*searcher));
  EXPECT_NEAR(first.config.number("x"), 0.3, 1e-12);
  EXPECT_NEAR(first.config.number("y"), 0.6, 1e-12);
  EXPECT_THAT(first.reason, HasSubstr("the best configuration of the related task earlier"));
}

TEST_P(WithRelated, WhatItLacksIsDrawn) {
  std::set<double> drawn;
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    FakeView view(plane(), seed);
    const std::vector<RelatedTask> related = {one_result({{"x", 0.3}, {"z", 9}})};
    const auto searcher = make_searcher(GetParam(), view, related);
    const auto first = std::get<Proposal>(view.ask(*searcher));
    EXPECT_NEAR(first.config.number("x"), 0.3, 1e-12);
    EXPECT_FALSE(first.config.contains("z"));
    drawn.insert(first.config.number("y"));
  }
  EXPECT_EQ(drawn.size(), 5);
}

TEST_P(WithRelated, TheBestOfSeveralTasksAreTriedInTheirOrder) {
  FakeView view(plane());
  std::vector<RelatedTask> related;
  for (int i = 0; i < 8; ++i) {
    related.push_back(around(0.1 + 0.1 * i, 0.5, 30, "task" + std::to_string(i)));
  }
  const auto searcher = make_searcher(GetParam(), view, related);
  for (int i = 0; i < 5; ++i) {
    auto next = std::get<Proposal>(view.ask(*searcher));
    EXPECT_NEAR(next.config.number("x"), 0.1 + 0.1 * i, 1e-12) << next.reason;
    view.add(*searcher, std::move(next.config));
  }
  EXPECT_THAT(std::get<Proposal>(view.ask(*searcher)).reason,
              Not(HasSubstr("the best configuration of")));
}

TEST_P(WithRelated, InactiveParametersAreLeftOut) {
  Space space;
  space.add("optimizer", choice({"sgd", "adam"}));
  space.add("momentum", uniform(0, 1)).when("optimizer", "sgd");
  FakeView view(space, 5);
  const std::vector<RelatedTask> related = {one_result({{"optimizer", "sgd"}, {"momentum", 0.9}})};
  const auto searcher = make_searcher(GetParam(), view, related);
  for (int i = 0; i < 30; ++i) {
    const auto trial = view.step(*searcher, [](const Config& config) {
      return config.text("optimizer") == "sgd" ? 0.0 : 1.0;
    });
    const Config config = view.config(*trial);
    EXPECT_EQ(config.contains("momentum"), config.text("optimizer") == "sgd");
  }
}

TEST_P(WithRelated, FiniteSpacesAreTriedWholeAndOnce) {
  Space space;
  space.add("a", choice({1, 2, 3, 4}));
  space.add("b", randint(0, 5));
  FakeView view(space, 2);
  const std::vector<RelatedTask> related = {one_result({{"a", 2}, {"b", 9}})};
  const auto searcher = make_searcher(GetParam(), view, related);
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(view.step(*searcher, [](const Config& config) { return config.number("b"); }));
  }
  EXPECT_FALSE(view.step(*searcher, [](const Config&) { return 0.0; }));
}

// The losses of another task are of another size: only their order counts.
TEST_P(WithRelated, OnlyTheOrderOfTheirLossesCounts) {
  FakeView one(plane(), 9);
  FakeView two(plane(), 9);
  const std::vector<RelatedTask> small = {around(0.3, 0.6)};
  std::vector<RelatedTask> large = small;
  for (KnownResult& each : large.front().results) {
    each.metrics.set("loss", std::exp(each.metrics.number("loss")) * 1e20);
  }
  const auto first = make_searcher(GetParam(), one, small);
  const auto second = make_searcher(GetParam(), two, large);
  const auto loss = [](const Config& config) { return std::abs(config.number("x") - 0.2); };
  for (int i = 0; i < 25; ++i) {
    const auto a = one.step(*first, loss);
    const auto b = two.step(*second, loss);
    EXPECT_EQ(one.config(*a), two.config(*b));
  }
}

INSTANTIATE_TEST_SUITE_P(Searchers,
                         WithRelated,
                         ::testing::Values("random", "tpe", "gp", "bohb", "auto"),
                         [](const auto& each) { return each.param; });

double best_of(std::string_view name, std::span<const RelatedTask> related, int trials) {
  return best_in_plane(name, related, trials);
}

TEST(RelatedTasks, GoodOnesHelpAndWrongOnesHardlyHurt) {
  for (const char* name : {"tpe", "gp"}) {
    const std::vector<RelatedTask> good = {around(0.85, 0.2)};
    const std::vector<RelatedTask> wrong = {around(0.1, 0.8)};
    const double none = best_of(name, {}, 10);
    EXPECT_LT(best_of(name, good, 10), 0.7 * none) << name;
    EXPECT_LT(best_of(name, wrong, 30), 3 * best_of(name, {}, 30)) << name;
  }
}

struct Followed {
  explicit Followed(std::vector<RelatedTask> tasks) : view(plane()), related(std::move(tasks)) {
    priors = Priors(PluginContext{.options = {},
                                  .objectives = view.objectives(),
                                  .space = &view.space(),
                                  .related = related});
  }
  void run(double x, double y, double loss) {
    const TrialId trial = view.add(*unasked, {{"x", x}, {"y", y}});
    priors.added(view, trial);
    priors.reported(trial, 1, {loss});
    view.set_state(trial, TrialState::completed);
    priors.ended(view, trial);
  }
  std::unique_ptr<Searcher> unasked = make_searcher("random");
  FakeView view;
  std::vector<RelatedTask> related;
  Priors priors;
};

TEST(RelatedWeight, SeveralTasksHaveNoMoreThanOne) {
  Followed one({around(0.2, 0.2)});
  Followed three({around(0.2, 0.2), around(0.2, 0.2, 30, "b"), around(0.2, 0.2, 30, "c")});
  EXPECT_DOUBLE_EQ(one.priors.weight(), 2);
  EXPECT_DOUBLE_EQ(three.priors.weight(), 2);
  const std::vector<double> point = {0.3, 0.25};
  EXPECT_NEAR(one.priors.log_believed(point), three.priors.log_believed(point), 1e-9);
}

TEST(RelatedWeight, TheTaskThatDisagreesDropsOut) {
  Followed followed({around(0.1, 0.9, 30, "wrong"), around(0.9, 0.1, 30, "right")});
  for (int i = 0; i < 6; ++i) {
    followed.run(0.1, 0.9, 3);
    followed.run(0.9, 0.1, 1);
    followed.run(0.5, 0.5, 2);
  }
  const std::string told = followed.priors.told(std::vector{0.9, 0.1});
  EXPECT_THAT(told, HasSubstr("by the best of the related task right, of weight"));
  EXPECT_THAT(told, Not(HasSubstr("wrong")));
  EXPECT_GT(followed.priors.weight(), 1);
}

// Trials elsewhere tell too: where the order of this experiment's own trials is not the other's.
TEST(RelatedWeight, FallsWhereTheOrderOfTrialsIsAnother) {
  Followed agrees({around(0.2, 0.2, 60)});
  Followed differs({around(0.2, 0.2, 60)});
  for (int i = 0; i < 8; ++i) {
    const double away = 0.05 * (i + 2);
    agrees.run(0.2 + away, 0.2 - away / 2, away);
    differs.run(0.2 + away, 0.2 - away / 2, -away);
  }
  EXPECT_GT(agrees.priors.weight(), 1);
  EXPECT_EQ(differs.priors.weight(), 0);
}

TEST(RelatedWeight, SlopeIsThatOfWhatIsBelieved) {
  const Followed followed({around(0.2, 0.7, 60), around(0.6, 0.4, 60, "other")});
  const double step = 1e-6;
  for (double x = 0.05; x < 1; x += 0.1) {
    std::vector<double> slope(2);
    followed.priors.add_slope(std::vector{x, 0.5}, slope);
    const double rise = (followed.priors.log_believed(std::vector{x + step, 0.5}) -
                         followed.priors.log_believed(std::vector{x - step, 0.5})) /
                        (2 * step);
    EXPECT_NEAR(slope[0], rise, 1e-4) << x;
  }
}

}  // namespace
}  // namespace luthier
