// Requirements: by how much values miss them, the order that makes, and what an experiment's state
// makes of it.
#include "core/expression/requirement.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/state/experiment_state.h"
#include "core/state/experiment_status.h"
#include "core/state/ranked_loss.h"
#include "luthier/rng.h"

namespace luthier {
namespace {

using ::testing::HasSubstr;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

double excess(std::string_view text, const NamedValues& values) {
  const auto requirement = CompiledRequirement::make(*parse_requirement(text));
  return requirement->excess([&](std::string_view name) { return values.find(name); });
}

TEST(Requirement, IsMissedByAShareOfItsBound) {
  EXPECT_DOUBLE_EQ(excess("latency < 200", {{"latency", 250}}), 0.25);
  EXPECT_DOUBLE_EQ(excess("latency < 200", {{"latency", 150}}), -0.25);
  EXPECT_DOUBLE_EQ(excess("200 >= latency", {{"latency", 300}}), 0.5);
  EXPECT_DOUBLE_EQ(excess("acc > 0.8", {{"acc", 0.6}}), 0.25);
  EXPECT_DOUBLE_EQ(excess("drift <= 0", {{"drift", 3}}), 3);
  EXPECT_DOUBLE_EQ(excess("bias > -4", {{"bias", -5}}), 0.25);
  EXPECT_DOUBLE_EQ(excess("a < b", {{"a", 7}, {"b", 5}}), 2);
  EXPECT_DOUBLE_EQ(excess("size == 10", {{"size", 12}}), 0.2);
}

TEST(Requirement, IsMetOrMissedExactlyAsTheExpressionIs) {
  EXPECT_GT(excess("x < 2", {{"x", 2}}), 0);
  EXPECT_LE(excess("x <= 2", {{"x", 2}}), 0);
  EXPECT_GT(excess("x > 2", {{"x", 2.0}}), 0);
  EXPECT_LE(excess("x == 2", {{"x", 2.0}}), 0);
  EXPECT_GT(excess("x < 2", {{"x", std::nan("")}}), 0);
  EXPECT_EQ(excess("x < 2", {{"x", std::nan("")}}), kInfinity);
  EXPECT_EQ(excess("converged == true", {{"converged", true}}), -kInfinity);
  EXPECT_EQ(excess("converged == true", {{"converged", false}}), kInfinity);
  EXPECT_EQ(excess("converged", {{"converged", true}}), -kInfinity);
  EXPECT_EQ(excess("mode == \"fast\"", {{"mode", "fast"}}), -kInfinity);
  EXPECT_EQ(excess("mode < \"fast\"", {{"mode", "slow"}}), kInfinity);
  EXPECT_EQ(excess("mode in [\"a\", \"b\"]", {{"mode", "c"}}), kInfinity);
  EXPECT_EQ(excess("x != 3", {{"x", 3}}), kInfinity);
  EXPECT_EQ(excess("x < \"fast\"", {{"x", 3}}), kInfinity);
}

// Whatever the comparison and the numbers: missed exactly where it does not hold.
TEST(Requirement, AgreesWithTheExpressionOnRandomNumbers) {
  Rng rng(7, "requirement test");
  const std::vector<std::string> texts = {"x < 3",
                                          "x >= -2",
                                          "1 < x <= 4",
                                          "x < 0 or y > 2",
                                          "x > y and y > 1 and x < 9",
                                          "x * y <= 4",
                                          "(x < 1 or x > 3) and y == 2",
                                          "not x < 2"};
  for (int i = 0; i < 200; ++i) {
    const NamedValues values = {{"x", static_cast<std::int64_t>(rng.below(13)) - 4},
                                {"y", static_cast<double>(rng.below(7)) / 2}};
    for (const std::string& text : texts) {
      const auto value = parse_expression(text)->evaluate(
          [&](std::string_view name) { return values.find(name); });
      EXPECT_EQ(excess(text, values) <= 0, *truth(*value)) << text << " of " << to_json(values);
    }
  }
}

TEST(Requirement, AddsUpWhatAllPartsMissAndTakesTheLeastOfSome) {
  const NamedValues values = {{"a", 3}, {"b", 30}};
  EXPECT_DOUBLE_EQ(excess("a < 2 and b < 20", values), 1);
  EXPECT_DOUBLE_EQ(excess("a < 2 or b < 10", values), 0.5);
  EXPECT_DOUBLE_EQ(excess("1 < a < 2", values), 0.5);
  EXPECT_LE(excess("a < 2 or b > 10", values), 0);
  EXPECT_EQ(excess("a < 2 and c < 1", values), kInfinity) << "c is missing";
  EXPECT_LE(excess("a < 9 or c < 1", values), 0) << "c does not matter";
}

TEST(Requirement, NamesWhatIsMissing) {
  const auto requirement = CompiledRequirement::make(*parse_requirement("a < 2 and latency < 9"));
  const NamedValues values = {{"a", 1}};
  EXPECT_EQ(requirement->missing([&](std::string_view name) { return values.find(name); }),
            "latency");
}

TEST(Requirement, IsReadLikeAStopRule) {
  EXPECT_EQ(parse_requirement(" latency_ms<200 ")->text, "latency_ms < 200");
  EXPECT_EQ(parse_requirement("val/loss < 1", std::vector<std::string>{"val/loss"})->text,
            "`val/loss` < 1");
  EXPECT_THAT(parse_requirement("val/loss < 1").error().message, HasSubstr("two ways"));
  EXPECT_THAT(parse_requirement("latency <").error().message, HasSubstr("can't be read"));
}

TEST(Requirement, ANewOneHasToCompareAMetric) {
  Space space;
  space.add("lr", uniform(0, 1));
  EXPECT_EQ(requirement_problem(*parse_requirement("latency < lr"), space), "");
  EXPECT_THAT(requirement_problem(*parse_requirement("lr < 0.5"), space),
              HasSubstr("is a constraint"));
  EXPECT_THAT(requirement_problem(*parse_requirement("1 < 2"), space), HasSubstr("no metric"));
  EXPECT_THAT(requirement_problem(*parse_requirement("latency"), space),
              HasSubstr("compares nothing"));
}

// ---- the order

struct Point {
  double violation;
  double loss;
};

// By the words of ranked_loss.h.
bool stands_before(const Point& a, const Point& b) {
  if (a.violation != b.violation) {
    return a.violation < b.violation;
  }
  const bool by_loss = a.violation == 0 || std::isinf(a.violation);
  return by_loss && a.loss < b.loss;
}

TEST(RankedLoss, OrdersByViolationAndByLossWhereNothingElseSays) {
  std::vector<Point> points;
  for (const double violation : {0.0, 5e-324, 1e-30, 0.25, 0.26, 3.0, 1e30, 1e308, kInfinity}) {
    for (const double loss : {-1e308, -2.0, -1e-300, 0.0, 1e-300, 0.5, 7.0, 1e299}) {
      points.push_back({violation, loss});
    }
  }
  for (const Point& a : points) {
    for (const Point& b : points) {
      const bool before = ranked_loss(a.loss, a.violation) < ranked_loss(b.loss, b.violation);
      EXPECT_EQ(before, stands_before(a, b))
          << a.violation << " " << a.loss << ", " << b.violation << " " << b.loss;
    }
    EXPECT_EQ(is_infeasible(ranked_loss(a.loss, a.violation)), a.violation > 0);
  }
  EXPECT_TRUE(std::isinf(ranked_loss(kInfinity, 0.5)));
  EXPECT_FALSE(is_infeasible(ranked_loss(kInfinity, 0.5)));
  EXPECT_FALSE(is_infeasible(ranked_loss(1e305, 0)));
  EXPECT_NEAR(violation_in(ranked_loss(3, 0.25)), 0.25, 1e-12);
  EXPECT_TRUE(std::isinf(violation_in(ranked_loss(3, kInfinity))));
}

// ---- the state of an experiment

class Folded {
 public:
  explicit Folded(std::vector<std::string> requirements,
                  Score score = {},
                  std::vector<Objective> objectives = {{"loss", Mode::min}},
                  std::vector<KnownResult> known = {}) {
    ExperimentSpec spec{.name = "required", .objectives = std::move(objectives)};
    spec.space.add("x", uniform(0, 1));
    spec.score = score;
    spec.known = std::move(known);
    for (const std::string& text : requirements) {
      spec.require.push_back(*parse_requirement(text));
    }
    add(ExperimentCreated{to_json(spec), "test"});
    add(ControllerStarted{"here", 1, 1});
  }
  void trial(const std::vector<Metrics>& results, double x = 0.5) {
    const TrialId id{state_.trial_count()};
    add(TrialAdded{.trial = id, .config = {{"x", x}}, .proposed_by = "random"});
    add(TrialChosen{{.trial = id}, "fifo", 1});
    add(AttemptStarted{.trial = id, .attempt = 1, .segment = 1});
    for (const Metrics& metrics : results) {
      add(ResultReported{id, 1, state_.iteration(id) + 1, metrics});
    }
    add(AttemptEnded{id, 1, Outcome::returned, "", 0});
    add(TrialEnded{id, TrialState::completed, "returned"});
  }
  const ExperimentState& state() const { return state_; }

 private:
  void add(EventBody body) {
    ASSERT_TRUE(state_.apply({state_.sequence() + 1, state_.sequence() + 1, std::move(body)}).ok());
  }
  ExperimentState state_;
};

TEST(RequirementInState, TheBestTrialMeetsEveryRequirement) {
  Folded log({"latency < 200", "memory <= 4"});
  log.trial({{{"loss", 1}, {"latency", 300}, {"memory", 1}}});
  EXPECT_EQ(log.state().best_trial(), std::nullopt);
  EXPECT_EQ(log.state().nearest_trial(), TrialId{0});
  log.trial({{{"loss", 2}, {"latency", 210}, {"memory", 5}}});  // misses 0.05 and 0.25
  EXPECT_EQ(log.state().nearest_trial(), TrialId{1});
  EXPECT_EQ(log.state().record({1}).unmet,
            "latency < 200 is not met (latency 210); memory <= 4 is not met (memory 5)");
  log.trial({{{"loss", 9}, {"latency", 199}, {"memory", 4}}});
  EXPECT_EQ(log.state().best_trial(), TrialId{2});
  EXPECT_EQ(log.state().nearest_trial(), std::nullopt);
  log.trial({{{"loss", 8}, {"latency", 10}, {"memory", 1}}});
  log.trial({{{"loss", 0}, {"latency", 201}, {"memory", 1}}});
  EXPECT_EQ(log.state().best_trial(), TrialId{3});
  EXPECT_EQ(log.state().record({3}).unmet, "");
}

TEST(RequirementInState, ATrialIsJudgedByTheResultThatItIsRankedBy) {
  const std::vector<Metrics> results = {
      {{"loss", 1}, {"latency", 9}}, {{"loss", 5}, {"latency", 1}}, {{"loss", 7}, {"latency", 2}}};
  Folded best({"latency < 3"});
  best.trial(results);
  EXPECT_EQ(best.state().best_trial(), TrialId{0});
  EXPECT_EQ(best.state().best_metrics({0}).number("loss"), 5) << "the best that is feasible";
  Folded last({"latency < 2"}, {Score::Kind::last});
  last.trial(results);
  EXPECT_EQ(last.state().best_trial(), std::nullopt);
  EXPECT_EQ(last.state().nearest_trial(), TrialId{0});
  Folded mean({"latency < 3"}, {Score::Kind::mean, 2});
  mean.trial(results);
  EXPECT_EQ(mean.state().best_trial(), TrialId{0});
  EXPECT_EQ(mean.state().best_metrics({0}).number("loss"), 6);
}

TEST(RequirementInState, AValueStandsUntilTheNextOneIsReported) {
  Folded log({"latency < 3"});
  log.trial({{{"latency", 1}, {"loss", 4}}, {{"loss", 2}}, {{"loss", 1}, {"latency", 9}}});
  EXPECT_EQ(log.state().best_metrics({0}).number("loss"), 2);
  log.trial({{{"loss", 1}}, {{"loss", 0}}});
  EXPECT_EQ(log.state().record({1}).unmet, "'latency' was never reported, which latency < 3 needs");
  EXPECT_EQ(log.state().best_trial(), TrialId{0});
}

// Among trials of which nothing says how far they are, the loss decides.
TEST(RequirementInState, WhatIsUnknownComesAfterWhatIsKnown) {
  Folded log({"latency < 3"});
  log.trial({{{"loss", 1}}});
  log.trial({{{"loss", 0.5}}});
  EXPECT_EQ(log.state().nearest_trial(), TrialId{1});
  log.trial({{{"loss", 7}, {"latency", 1000}}});
  EXPECT_EQ(log.state().nearest_trial(), TrialId{2});
}

TEST(RequirementInState, MayNameParameters) {
  Folded log({"latency < 10 * x"});
  log.trial({{{"loss", 1}, {"latency", 4}}}, 0.25);
  EXPECT_EQ(log.state().best_trial(), std::nullopt);
  log.trial({{{"loss", 2}, {"latency", 4}}}, 0.5);
  EXPECT_EQ(log.state().best_trial(), TrialId{1});
}

TEST(RequirementInState, TheFrontHoldsFeasibleTrialsOnly) {
  Folded log({"latency < 3"}, {}, {{"loss", Mode::min}, {"acc", Mode::max}});
  log.trial({{{"loss", 1}, {"acc", 9}, {"latency", 5}}});
  EXPECT_TRUE(log.state().pareto_front().empty());
  log.trial({{{"loss", 4}, {"acc", 5}, {"latency", 1}}});
  log.trial({{{"loss", 3}, {"acc", 4}, {"latency", 2}}});
  log.trial({{{"loss", 5}, {"acc", 4}, {"latency", 1}}});
  EXPECT_EQ(log.state().pareto_front(), (std::vector<TrialId>{{1}, {2}}));
}

TEST(RequirementInState, KnownResultsAreJudgedToo) {
  Folded log({"latency < 3"},
             {},
             {{"loss", Mode::min}},
             {{.config = {{"x", 0.1}}, .metrics = {{"loss", 1}, {"latency", 9}}},
              {.config = {{"x", 0.2}}, .metrics = {{"loss", 2}, {"latency", 1}}},
              {.config = {{"x", 0.3}}, .metrics = {{"loss", 0}}}});
  EXPECT_EQ(log.state().best_trial(), TrialId{1});
  EXPECT_EQ(log.state().record({0}).unmet, "latency < 3 is not met (latency 9)");
  EXPECT_THAT(log.state().record({2}).unmet, HasSubstr("never reported"));
}

TEST(RequirementInState, TheStatusKeepsTheNearest) {
  Folded log({"latency < 3"});
  log.trial({{{"loss", 1}, {"latency", 9}}});
  const ExperimentStatus status = status_of(log.state());
  EXPECT_TRUE(status.best.empty());
  ASSERT_EQ(status.nearest.size(), 1U);
  const auto decoded = decode_status(encode(status));
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->nearest.front().unmet, "latency < 3 is not met (latency 9)");
}

TEST(RequirementInSpec, IsWrittenWhereThereIsOneAndReadBack) {
  ExperimentSpec spec{.name = "plain", .objectives = {{"loss", Mode::min}}};
  EXPECT_EQ(to_json(spec).find("require"), std::string::npos)
      << "earlier versions read a spec that has none";
  spec.require = {*parse_requirement("`val/latency` < 200"), *parse_requirement("size < 3")};
  const auto read = parse_experiment_spec(to_json(spec));
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->require, spec.require);
  EXPECT_THAT(to_json(spec), HasSubstr(R"("require": ["`val/latency` < 200", "size < 3"])"));
}

}  // namespace
}  // namespace luthier
