// What a trial is ranked by.
#include "core/state/trial_score.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "core/state/experiment_state.h"

namespace luthier {
namespace {

const std::vector<Objective> kLoss = {{"loss", Mode::min}};

TEST(Score, HasATextForm) {
  for (const char* text : {"best", "last", "mean:1", "mean:25"}) {
    const auto score = parse_score(text);
    ASSERT_TRUE(score.ok()) << text;
    EXPECT_EQ(to_text(*score), text);
  }
  EXPECT_EQ(parse_score(" mean: 3 ")->window, 3);
  for (const char* text : {"", "Best", "mean", "mean:", "mean:0", "mean:-1", "mean:x", "mixed"}) {
    EXPECT_FALSE(parse_score(text).ok()) << text;
  }
  EXPECT_EQ(
      parse_score("worst").error().message,
      "the score is 'worst'; it must be best, last or mean:K (the mean of the last K results, "
      "K from 1 to 10000)");
}

std::vector<double> scores(const Score& score, const std::vector<double>& values) {
  TrialScore trial;
  std::vector<double> out;
  for (const double value : values) {
    out.push_back(trial.take(score, kLoss, {{"loss", value}}).front());
  }
  return out;
}

TEST(Score, FollowsTheResults) {
  const std::vector<double> values = {3, 1, 2, 4};
  EXPECT_EQ(scores({Score::Kind::best}, values), (std::vector<double>{3, 1, 1, 1}));
  EXPECT_EQ(scores({Score::Kind::last}, values), values);
  EXPECT_EQ(scores({Score::Kind::mean, 2}, values), (std::vector<double>{3, 2, 1.5, 3}));
  const auto with_nan = scores({Score::Kind::mean, 2}, {1, std::nan(""), 3, 5});
  EXPECT_TRUE(std::isinf(with_nan[1]) && std::isinf(with_nan[2]));
  EXPECT_EQ(with_nan[3], 4);
}

// What is measured at the end of a trial stands in its last result alone; others come every epoch.
TEST(Score, IsTheMeanOfTheResultsThatHaveTheObjective) {
  const std::vector<Objective> both = {{"loss", Mode::min}, {"acc", Mode::max}};
  const auto means = [&](std::int64_t window, const std::vector<Metrics>& results) {
    TrialScore trial;
    std::vector<double> last;
    for (const Metrics& metrics : results) {
      const auto losses = trial.take({Score::Kind::mean, window}, both, metrics);
      last.assign(losses.begin(), losses.end());
    }
    return last;
  };
  using Losses = std::vector<double>;
  const double none = std::numeric_limits<double>::infinity();
  const double nan = std::nan("");
  EXPECT_EQ(means(3, {{{"loss", 6}}, {{"loss", 4}}, {{"loss", 2}, {"acc", 8}}}), (Losses{4, -8}));
  EXPECT_EQ(means(2, {{{"acc", 8}}, {{"loss", 4}}, {{"acc", 6}}}), (Losses{4, -6}));
  EXPECT_EQ(means(3, {{{"loss", 4}, {"acc", 1}}, {{"acc", 2}}, {{"loss", 6}}}), (Losses{5, -1.5}));
  EXPECT_EQ(means(2, {{{"loss", 4}, {"acc", 1}}, {{"acc", 2}}, {{"acc", 4}}}), (Losses{none, -3}))
      << "none of the last two has it";
  EXPECT_EQ(means(2, {{{"loss", nan}}, {{"loss", 1}, {"acc", 1}}}), (Losses{none, -1}))
      << "reported and no number is not the same as not reported";
}

TEST(Score, BeginsAnewForAnotherConfiguration) {
  TrialScore trial;
  trial.take({Score::Kind::best}, kLoss, {{"loss", 1}});
  trial.start_over();
  EXPECT_EQ(trial.take({Score::Kind::best}, kLoss, {{"loss", 2}}).front(), 2);
}

TEST(Score, PrefersAResultWithEveryObjective) {
  const std::vector<double> complete = {2, 5};
  const std::vector<double> half = {1, std::numeric_limits<double>::infinity()};
  EXPECT_TRUE(is_better(complete, half));
  EXPECT_FALSE(is_better(half, complete));
  EXPECT_TRUE(is_better(std::vector<double>{2, 4}, complete));
  EXPECT_FALSE(is_better(complete, complete));
}

// A log of trials that report the values in turn, one trial after the other.
class Folded {
 public:
  Folded(Score score, std::vector<Objective> objectives) {
    ExperimentSpec spec{.name = "score", .objectives = std::move(objectives)};
    spec.space.add("x", uniform(0, 1));
    spec.score = score;
    add(ExperimentCreated{to_json(spec), "test"});
    add(ControllerStarted{"here", 1, 1});
  }
  void trial(const std::vector<Metrics>& results) {
    const TrialId id{state_.trial_count()};
    add(TrialAdded{.trial = id, .config = {{"x", 0.5}}, .proposed_by = "random"});
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

TEST(Score, ListsAMeanOfSeveralObjectivesThatNoResultHasTogether) {
  Folded log({Score::Kind::mean, 3}, {{"loss", Mode::min}, {"wall_s", Mode::min}});
  log.trial({{{"loss", 3}}, {{"loss", 1}}, {{"wall_s", 5}}});
  log.trial({{{"loss", 9}}, {{"loss", 9}}, {{"loss", 9}, {"wall_s", 4}}});
  log.trial({{{"loss", 9}}, {{"loss", 9}}, {{"loss", 9}, {"wall_s", 9}}});
  EXPECT_EQ(log.state().pareto_front(), (std::vector<TrialId>{{0}, {1}}));
  EXPECT_EQ(to_text(*log.state().best_metrics({0}).find("loss")), "2");
  EXPECT_EQ(to_text(*log.state().best_metrics({0}).find("wall_s")), "5");
}

std::string best_of(Score score) {
  Folded log(score, kLoss);
  log.trial({{{"loss", 1}}, {{"loss", 9}}, {{"loss", 9}}});  // best by its best
  log.trial({{{"loss", 7}}, {{"loss", 7}}, {{"loss", 2}}});  // best by its last
  log.trial({{{"loss", 8}}, {{"loss", 4}}, {{"loss", 3}}});  // best by the mean of two
  const auto best = log.state().best_trial();
  return std::to_string(best->value) + " " + to_text(*log.state().best_metrics(*best).find("loss"));
}

TEST(Score, SaysWhichTrialIsBestAndByWhichNumber) {
  EXPECT_EQ(best_of({Score::Kind::best}), "0 1");
  EXPECT_EQ(best_of({Score::Kind::last}), "1 2");
  EXPECT_EQ(best_of({Score::Kind::mean, 2}), "2 3.5");
  EXPECT_EQ(best_of({Score::Kind::mixed}), "0 1");
}

TEST(Score, HoldsForSeveralObjectivesAlike) {
  const std::vector<Objective> both = {{"loss", Mode::min}, {"acc", Mode::max}};
  const auto front = [&](Score score) {
    Folded log(score, both);
    log.trial({{{"loss", 1}, {"acc", 0.9}}, {{"loss", 5}, {"acc", 0.1}}});
    log.trial({{{"loss", 4}, {"acc", 0.2}}, {{"loss", 3}, {"acc", 0.5}}});
    return log.state().pareto_front();
  };
  EXPECT_EQ(front({Score::Kind::best}), (std::vector<TrialId>{{0}}));
  EXPECT_EQ(front({Score::Kind::last}), (std::vector<TrialId>{{1}}));
  EXPECT_EQ(front({Score::Kind::mean, 2}), (std::vector<TrialId>{{0}}));
  EXPECT_EQ(front({Score::Kind::mixed}), (std::vector<TrialId>{{1}}));
}

TEST(Score, ALogWithoutOneKeepsTheRuleItHad) {
  const ExperimentSpec spec{.name = "old", .objectives = kLoss, .score = {Score::Kind::mixed}};
  const std::string json = to_json(spec);
  EXPECT_EQ(json.find("score"), std::string::npos);
  EXPECT_EQ(parse_experiment_spec(json)->score, spec.score);
  const ExperimentSpec now{.name = "now", .objectives = kLoss};
  EXPECT_EQ(parse_experiment_spec(to_json(now))->score, Score{});
}

}  // namespace
}  // namespace luthier
