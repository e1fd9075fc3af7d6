// Priors in searchers: draws follow them, models heed them for a while, wrong ones are left.
#include "search/priors/priors.h"

#include <algorithm>
#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/space/prior_check.h"
#include "search/parzen/mixture.h"
#include "support/fake_view_for_search.h"
#include "support/plane_search.h"

namespace luthier {
namespace {

using testing::best_in_plane;
using testing::FakeView;
using ::testing::HasSubstr;
using testing::make_searcher;
using testing::plane;

constexpr int kDraws = 20000;

Space mixed_space() {
  Space space;
  space.add("x", uniform(0, 10));
  space.add("lr", loguniform(1e-4, 1));
  space.add("n", randint(0, 10));
  space.add("kind", choice({"a", "b", "c", "d"}));
  return space;
}

AxisPrior axis_prior(const CompiledSpace& space, std::string_view text) {
  return {*parse_prior(text), space};
}

// The share of draws below each tenth of the axis, against the integral of the density.
void expect_draws_follow(const CompiledSpace& space, std::string_view text) {
  const AxisPrior prior = axis_prior(space, text);
  Rng rng(3, "test");
  std::vector<double> drawn;
  for (int i = 0; i < kDraws; ++i) {
    drawn.push_back(prior.draw(rng));
  }
  constexpr int kSteps = 1000;
  double integral = 0;
  for (int i = 0; i < kSteps; ++i) {
    integral += std::exp(prior.log_density((i + 0.5) / kSteps)) / kSteps;
    if ((i + 1) % (kSteps / 10) == 0) {
      const double edge = static_cast<double>(i + 1) / kSteps;
      const auto below = std::ranges::count_if(drawn, [&](double x) { return x < edge; });
      EXPECT_NEAR(static_cast<double>(below) / kDraws, integral, 0.012)
          << text << " below " << edge;
    }
  }
  EXPECT_NEAR(integral, 1, 1e-3) << text;
}

TEST(AxisPrior, DrawsFollowItsDensity) {
  const auto space = CompiledSpace::compile(mixed_space());
  for (const char* text : {"x ~ 3", "x ~ 0", "x ~ 2, 9 +- 0.5", "lr ~ 0.01", "lr ~ 0.01 x2"}) {
    expect_draws_follow(*space, text);
  }
}

TEST(AxisPrior, ASpreadIsAStandardDeviationOfTheScale) {
  const auto space = CompiledSpace::compile(mixed_space());
  const auto fall = [&](std::string_view text, double from, double to) {
    const AxisPrior prior = axis_prior(*space, text);
    return (std::exp(prior.log_density(from)) - 0.1) / (std::exp(prior.log_density(to)) - 0.1);
  };
  const double of_a_deviation = std::exp(-0.5);
  EXPECT_NEAR(fall("x ~ 5", 0.6, 0.5), of_a_deviation, 1e-9);
  EXPECT_NEAR(fall("x ~ 5 +- 1", 0.6, 0.5), of_a_deviation, 1e-9);
  EXPECT_NEAR(fall("lr ~ 1e-2 x10", 0.75, 0.5), of_a_deviation, 1e-9);
}

TEST(AxisPrior, ListedValuesShareNineTenths) {
  const auto space = CompiledSpace::compile(mixed_space());
  const AxisPrior prior = axis_prior(*space, "kind ~ b, d");
  Rng rng(3, "test");
  std::vector<int> counts(4);
  for (int i = 0; i < kDraws; ++i) {
    ++counts[static_cast<std::size_t>(prior.draw(rng) * 4)];
  }
  for (std::size_t level = 0; level < 4; ++level) {
    const double share = level % 2 == 1 ? 0.475 : 0.025;
    EXPECT_NEAR(static_cast<double>(counts[level]) / kDraws, share, 0.01);
    EXPECT_NEAR(
        std::exp(prior.log_density((static_cast<double>(level) + 0.5) / 4)), 4 * share, 1e-9);
  }
}

TEST(AxisPrior, SlopeIsThatOfItsLogarithm) {
  const auto space = CompiledSpace::compile(mixed_space());
  const AxisPrior prior = axis_prior(*space, "x ~ 3, 7 +- 1");
  for (double x = 0.05; x < 1; x += 0.05) {
    const double step = 1e-6;
    const double slope = (prior.log_density(x + step) - prior.log_density(x - step)) / (2 * step);
    EXPECT_NEAR(prior.slope_of_log_density(x), slope, 1e-5) << x;
  }
}

const std::vector<std::string> kPriors = {"x ~ 2 +- 0.5", "lr ~ 1e-2", "n ~ 7", "kind ~ c"};

class WithPriors : public ::testing::TestWithParam<std::string> {};

TEST_P(WithPriors, TriesTheNamedValuesFirstAndSaysSo) {
  FakeView view(mixed_space());
  const auto searcher = make_searcher(GetParam(), view, kPriors);
  const Suggestion first = view.ask(*searcher);
  const auto& proposal = std::get<Proposal>(first);
  EXPECT_EQ(proposal.config.number("x"), 2);
  EXPECT_EQ(proposal.config.number("lr"), 1e-2);
  EXPECT_EQ(proposal.config.integer("n"), 7);
  EXPECT_EQ(proposal.config.text("kind"), "c");
  EXPECT_THAT(proposal.reason, HasSubstr("the values that the priors name"));
}

// Trial 0 may be given (--points), and several may be asked for before any ends.
TEST_P(WithPriors, TriesThemOnceOnly) {
  FakeView view(mixed_space());
  const auto searcher = make_searcher(GetParam(), view, kPriors);
  view.add(*searcher, {{"x", 9.0}, {"lr", 0.5}, {"n", 1}, {"kind", "a"}});
  int named = 0;
  for (int i = 0; i < 5; ++i) {
    Suggestion next = view.ask(*searcher);
    auto& proposal = std::get<Proposal>(next);
    named += proposal.reason.ends_with("the values that the priors name") ? 1 : 0;
    view.add(*searcher, std::move(proposal.config));
  }
  EXPECT_EQ(named, 1);
}

TEST_P(WithPriors, InactiveParametersAreLeftOut) {
  Space space;
  space.add("optimizer", choice({"sgd", "adam"}));
  space.add("momentum", uniform(0, 1)).when("optimizer", "sgd");
  for (const std::string kind : {"adam", "sgd"}) {
    FakeView view(space, 5);
    const auto searcher =
        make_searcher(GetParam(), view, {"optimizer ~ " + kind, "momentum ~ 0.9 +- 0.01"});
    for (int i = 0; i < 30; ++i) {
      const auto trial = view.step(*searcher, [&](const Config& config) {
        return config.text("optimizer") == kind ? 0.0 : 1.0;
      });
      const Config config = view.config(*trial);
      EXPECT_EQ(config.contains("momentum"), config.text("optimizer") == "sgd");
    }
    const Config first = view.config(TrialId{0});
    EXPECT_EQ(first.text("optimizer"), kind);
    EXPECT_EQ(first.contains("momentum") && std::abs(first.number("momentum") - 0.9) < 1e-9,
              kind == "sgd");
  }
}

TEST_P(WithPriors, FiniteSpacesAreTriedWholeAndOnce) {
  Space space;
  space.add("a", choice({1, 2, 3, 4}));
  space.add("b", randint(0, 5));
  FakeView view(space, 2);
  const auto searcher = make_searcher(GetParam(), view, {"a ~ 2", "b ~ 3"});
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(view.step(*searcher, [](const Config& config) { return config.number("b"); }));
  }
  EXPECT_FALSE(view.step(*searcher, [](const Config&) { return 0.0; }));
}

TEST_P(WithPriors, KeepsToConstraintsAndGrids) {
  Space space;
  space.add("cell", grid({1, 2, 3}));
  space.add("low", uniform(0, 1));
  space.add("high", uniform(0, 1));
  space.constrain("low < high");
  FakeView view(space, 2);
  const auto searcher = make_searcher(GetParam(), view, {"low ~ 0.5", "high ~ 0.55"});
  for (int i = 0; i < 30; ++i) {
    const auto trial =
        view.step(*searcher, [](const Config& config) { return config.number("low"); });
    const Config config = view.config(*trial);
    EXPECT_LT(config.number("low"), config.number("high"));
    EXPECT_EQ(config.integer("cell"), i % 3 + 1);
  }
}

// The same facts, told again, and the same answers.
TEST_P(WithPriors, AnswersDependOnTheFactsAlone) {
  FakeView one(mixed_space(), 9);
  FakeView two(mixed_space(), 9);
  const auto first = make_searcher(GetParam(), one, kPriors);
  const auto second = make_searcher(GetParam(), two, kPriors);
  for (int i = 0; i < 30; ++i) {
    const auto loss = [](const Config& config) { return std::abs(config.number("x") - 3); };
    const auto trial = one.step(*first, loss);
    const TrialId again = two.add(*second, one.config(*trial));
    two.report(*second, again, loss(one.config(*trial)));
    two.end(*second, again);
    EXPECT_EQ(std::get<Proposal>(one.ask(*first)).config,
              std::get<Proposal>(two.ask(*second)).config);
  }
}

INSTANTIATE_TEST_SUITE_P(Searchers,
                         WithPriors,
                         ::testing::Values("random", "tpe", "gp", "bohb", "auto"),
                         [](const auto& each) { return each.param; });

TEST(RandomWithPriors, HalfTheDrawsAreFromThem) {
  FakeView view(plane());
  const auto searcher = make_searcher("random", view, {"x ~ 0.1 +- 0.01"});
  int near = 0;
  constexpr int kTrials = 1000;
  for (int i = 0; i < kTrials; ++i) {
    const auto trial = view.step(*searcher, [](const Config&) { return 1.0; });
    near += std::abs(view.config(*trial).number("x") - 0.1) < 0.03 ? 1 : 0;
  }
  // Half of 0.9 within three deviations, and the rest by chance.
  EXPECT_NEAR(near, kTrials * (0.45 + 0.55 * 0.06), 50);
}

struct Followed {
  explicit Followed(const std::vector<std::string>& texts) : view(plane()) {
    for (const std::string& text : texts) {
      read.push_back(*parse_prior(text));
    }
    priors = Priors(PluginContext{
        .options = {}, .objectives = view.objectives(), .space = &view.space(), .priors = read});
  }
  void run(double x, double y, double loss, TrialState state = TrialState::completed) {
    const TrialId trial = view.add(*unasked, {{"x", x}, {"y", y}});
    priors.added(view, trial);
    priors.reported(trial, 1, {loss});
    view.set_state(trial, state);
    priors.ended(view, trial);
  }
  std::unique_ptr<Searcher> unasked = make_searcher("random");
  FakeView view;
  std::vector<Prior> read;
  Priors priors;
};

TEST(PriorsWeight, FallsWithTheTrialsToNothing) {
  Followed followed({"x ~ 0.2 +- 0.1"});
  EXPECT_EQ(followed.priors.weight(), 2);
  double last = 2;
  for (int i = 0; i < 300; ++i) {
    const bool is_near = i % 2 == 0;
    followed.run(is_near ? 0.2 : 0.9, 0.5, is_near ? 1 : 2);
    EXPECT_LE(followed.priors.weight(), last);
    last = followed.priors.weight();
    if (i == 39) {
      EXPECT_DOUBLE_EQ(last, 1.5);
    }
  }
  EXPECT_EQ(last, 0);
  EXPECT_EQ(followed.priors.told(std::vector{0.2, 0.5}), "");
}

TEST(PriorsWeight, WrongOnesAreLeftSoon) {
  Followed right({"x ~ 0.2 +- 0.1"});
  Followed wrong({"x ~ 0.2 +- 0.1"});
  for (int i = 0; i < 10; ++i) {
    const bool is_near = i % 2 == 0;
    right.run(is_near ? 0.2 : 0.9, 0.5, is_near ? 1 : 2);
    wrong.run(is_near ? 0.2 : 0.9, 0.5, is_near ? 2 : 1);
  }
  EXPECT_EQ(right.priors.weight(), 2);
  EXPECT_EQ(wrong.priors.weight(), 0);
}

// Later trials are better than the first because the search has learnt.
TEST(PriorsWeight, LostTrustDoesNotComeBack) {
  Followed followed({"x ~ 0.2 +- 0.1"});
  for (int i = 0; i < 10; ++i) {
    followed.run(i == 0 ? 0.2 : 0.9, 0.5, i == 0 ? 2 : 1);
  }
  EXPECT_EQ(followed.priors.weight(), 0);
  for (int i = 0; i < 30; ++i) {
    followed.run(0.2, 0.5, 0.1);
  }
  EXPECT_EQ(followed.priors.weight(), 0);
}

TEST(PriorsWeight, AFewTrialsMayStillTurnIt) {
  Followed followed({"x ~ 0.2 +- 0.1"});
  for (int i = 0; i < 5; ++i) {
    followed.run(i == 0 ? 0.2 : 0.9, 0.5, i == 0 ? 2 : 1);
  }
  EXPECT_LT(followed.priors.weight(), 0.2);
  for (int i = 0; i < 12; ++i) {
    followed.run(0.2, 0.5, 0.1);
  }
  EXPECT_GT(followed.priors.weight(), 0.2);
}

// Failed trials are worse than any, stopped ones than completed ones.
TEST(PriorsWeight, TrialsThatDidNotCompleteAreWorse) {
  Followed failing({"x ~ 0.2 +- 0.1"});
  Followed stopped({"x ~ 0.2 +- 0.1"});
  for (int i = 0; i < 10; ++i) {
    const bool is_near = i % 2 == 0;
    failing.run(is_near ? 0.2 : 0.9, 0.5, 1, is_near ? TrialState::failed : TrialState::completed);
    stopped.run(is_near ? 0.2 : 0.9, 0.5, 1, is_near ? TrialState::stopped : TrialState::completed);
  }
  EXPECT_LT(failing.priors.weight(), 0.1);
  EXPECT_LT(stopped.priors.weight(), 0.1);
}

double best_of(std::string_view name, const std::vector<std::string>& priors, int trials) {
  return best_in_plane(name, priors, trials);
}

class Beliefs : public ::testing::TestWithParam<std::string> {};

TEST_P(Beliefs, RightOnesHelpFromTheFirstTrialOn) {
  EXPECT_LT(best_of(GetParam(), {"x ~ 0.85", "y ~ 0.2"}, 8), 0.75 * best_of(GetParam(), {}, 8));
}

// Those of a search that reads no results cost half of its trials.
TEST_P(Beliefs, WrongOnesCostLittle) {
  const int without = GetParam() == "random" ? 20 : 50;
  EXPECT_LT(best_of(GetParam(), {"x ~ 0.05", "y ~ 0.95"}, 50),
            2 * best_of(GetParam(), {}, without));
}

INSTANTIATE_TEST_SUITE_P(Searchers,
                         Beliefs,
                         ::testing::Values("random", "tpe", "gp", "bohb", "auto"),
                         [](const auto& each) { return each.param; });

TEST(Reasons, SayWhatPriorsHaveToDoWithIt) {
  for (const char* name : {"tpe", "gp", "auto"}) {
    FakeView view(plane());
    const auto searcher = make_searcher(name, view, {"x ~ 0.3"});
    for (int i = 0; i < 15; ++i) {
      view.step(*searcher, [](const Config& config) { return config.number("x"); });
    }
    EXPECT_THAT(std::get<Proposal>(view.ask(*searcher)).reason,
                HasSubstr("times as likely as on average"))
        << name;
  }
}

TEST(CentreProblem, NamesWhatNoConfigurationMeets) {
  Space space;
  space.add("low", uniform(0, 1));
  space.add("high", uniform(0, 1));
  space.constrain("low < high");
  const auto compiled = CompiledSpace::compile(space);
  const auto problem = [&](const std::vector<std::string>& texts) {
    std::vector<Prior> priors;
    for (const std::string& text : texts) {
      priors.push_back(*parse_prior(text));
    }
    return centre_problem(priors, *compiled);
  };
  EXPECT_EQ(problem({"low ~ 0.4"}), "");
  EXPECT_EQ(problem({"low ~ 0.4", "high ~ 0.5"}), "");
  EXPECT_THAT(problem({"low ~ 0.6", "high ~ 0.5"}), HasSubstr("meets the constraints"));
}

}  // namespace
}  // namespace luthier
