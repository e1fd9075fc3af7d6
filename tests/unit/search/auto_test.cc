// Who proposes each trial under searcher auto, and that it says so.
#include <cmath>
#include <limits>
#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "search/portfolio/choice.h"
#include "support/fake_view_for_search.h"

namespace luthier {
namespace {

using portfolio::Course;
using portfolio::Member;
using portfolio::Records;
using portfolio::Turn;
using portfolio::Turns;
using testing::FakeView;
using ::testing::HasSubstr;
using testing::make_searcher;
using ::testing::StartsWith;

Space numbers() {
  Space space;
  space.add("x", uniform(0, 1));
  space.add("n", randint(0, 1000000));
  return space;
}

Space categories() {
  Space space;
  for (const char* name : {"a", "b", "c", "d", "e", "f"}) {
    space.add(name, choice({"red", "green", "blue", true, 7}));
  }
  return space;
}

Space conditions() {
  Space space;
  space.add("optimizer", choice({"sgd", "adam"}));
  space.add("momentum", uniform(0, 0.99)).when("optimizer", "sgd");
  space.add("lr", loguniform(1e-4, 1));
  return space;
}

Space only_grid() {
  Space space;
  space.add("x", grid({1, 2, 3}));
  return space;
}

double loss_of_config(const Config& config) {
  double sum = 0;
  for (const auto& [name, value] : config) {
    sum += std::abs(value.number().value_or(value.text() ? value.text()->size() * 0.1 : 0) - 0.3);
  }
  return sum;
}

std::string reason_of(const Suggestion& suggestion) {
  const auto* proposal = std::get_if<Proposal>(&suggestion);
  return proposal == nullptr ? "" : proposal->reason;
}

// The reason of the suggestion after so many completed trials.
std::string reason_after(const Space& space, int trials) {
  FakeView view(space);
  const auto searcher = make_searcher("auto");
  for (int i = 0; i < trials; ++i) {
    view.step(*searcher, loss_of_config);
  }
  return reason_of(view.ask(*searcher));
}

TEST(SpaceTraits, CountWhatASearcherMayVary) {
  const FakeView view(conditions());
  const auto traits = portfolio::traits_of(view.space());
  EXPECT_EQ(traits.numeric, 2U);
  EXPECT_EQ(traits.categorical, 1U);
  EXPECT_TRUE(traits.has_conditions);
  EXPECT_EQ(to_text(traits), "2 numbers and 1 category");
  const FakeView grid(only_grid());
  EXPECT_EQ(portfolio::traits_of(grid.space()).numeric, 0U);
}

TEST(Auto, ChoosesByTheSpaceAndSaysWhy) {
  EXPECT_THAT(reason_after(numbers(), 20), StartsWith("gp (2 numbers"));
  EXPECT_THAT(reason_after(categories(), 20), StartsWith("gp (6 categories"));
  EXPECT_THAT(reason_after(conditions(), 30), StartsWith("tpe (some parameters depend on others"));
}

TEST(Auto, KeepsWhatTheMemberSaysItself) {
  EXPECT_THAT(reason_after(numbers(), 20), HasSubstr("expected improvement"));
  EXPECT_THAT(reason_after(conditions(), 30), HasSubstr("trial"));
}

// Longer curves are those that a scheduler let go on.
void train(FakeView& view, Searcher& searcher, int trials, TrialState others) {
  for (int i = 0; i < trials; ++i) {
    const TrialId trial = view.add(searcher, std::get<Proposal>(view.ask(searcher)).config);
    const bool goes_on = i % 4 == 0;
    for (int iteration = 0; iteration < (goes_on ? 9 : 1); ++iteration) {
      view.report(searcher, trial, loss_of_config(view.config(trial)));
    }
    if (goes_on || others == TrialState::stopped) {
      view.end(searcher, trial, goes_on ? TrialState::completed : others);
    } else {
      view.set_state(trial, others);
    }
  }
}

TEST(Auto, LeavesASearchThatStopsTrialsToTpe) {
  for (const Space& space : {numbers(), conditions()}) {
    FakeView view(space);
    const auto searcher = make_searcher("auto");
    train(view, *searcher, 20, TrialState::stopped);
    EXPECT_THAT(reason_of(view.ask(*searcher)), StartsWith("tpe (15 trials were cut short): "));
  }
}

TEST(Auto, LetsTpeAndBohbTakeTurnsWhereTrialsArePaused) {
  for (const Space& space : {numbers(), conditions()}) {
    FakeView view(space);
    const auto searcher = make_searcher("auto");
    train(view, *searcher, 20, TrialState::paused);
    std::set<std::string> who;
    for (int i = 0; i < 20; ++i) {
      const std::string reason = reason_of(view.ask(*searcher));
      EXPECT_THAT(reason, HasSubstr("paused: tpe set "));
      who.insert(reason.substr(0, reason.find(' ')));
      train(view, *searcher, 1, TrialState::completed);
    }
    EXPECT_THAT(who, ::testing::ElementsAre("bohb", "tpe"));
  }
}

TEST(Auto, TakesAFewStoppedTrialsForAPersonsDoing) {
  FakeView view(numbers());
  const auto searcher = make_searcher("auto");
  for (int i = 0; i < 30; ++i) {
    view.step(*searcher, loss_of_config);
  }
  const auto proposed = view.ask(*searcher);
  view.end(
      *searcher, view.add(*searcher, std::get<Proposal>(proposed).config), TrialState::stopped);
  EXPECT_THAT(reason_of(view.ask(*searcher)), StartsWith("gp ("));
}

// A trial that was paused and went on to the end is not cut short.
TEST(Course, ForgetsAPauseOnceTheTrialGoesOn) {
  FakeView view(numbers());
  const auto nobody = make_searcher("random");
  Course course;
  for (int i = 0; i < 6; ++i) {
    const TrialId trial = view.add(*nobody, std::get<Proposal>(view.ask(*nobody)).config);
    course.added(view, trial);
    view.report(*nobody, trial, 1);
    course.reported(trial, 1);
    view.set_state(trial, TrialState::paused);
  }
  course.added(view, TrialId{6});
  course.reported(TrialId{6}, 5);
  EXPECT_EQ(course.cut_short(), 6);
  EXPECT_EQ(course.paused(), 6);
  EXPECT_TRUE(course.has_early_stopping());
  for (std::int64_t i = 0; i < 6; ++i) {
    course.reported(TrialId{i}, 5);
    view.end(*nobody, TrialId{i}, TrialState::completed);
    course.ended(view, TrialId{i});
  }
  EXPECT_EQ(course.cut_short(), 0);
  EXPECT_EQ(course.paused(), 0);
  EXPECT_FALSE(course.has_early_stopping());
}

// Two objectives: the loss, and how far a is from 0.
std::string reason_for_front(const Space& space, int trials, TrialState end) {
  const std::vector<Objective> objectives = {{"loss", Mode::min}, {"far", Mode::max}};
  FakeView view(space, 7, objectives);
  const auto searcher = make_searcher("auto", {}, 7, objectives);
  for (int i = 0; i < trials; ++i) {
    const TrialId trial = view.add(*searcher, std::get<Proposal>(view.ask(*searcher)).config);
    const bool goes_on = i % 4 == 0;
    for (int iteration = 0; iteration < (goes_on ? 9 : 1); ++iteration) {
      const double loss = loss_of_config(view.config(trial));
      view.report(*searcher, trial, Metrics{{"loss", loss}, {"far", 1 / (1 + loss)}});
    }
    if (goes_on || end == TrialState::completed) {
      view.end(*searcher, trial);
    } else if (end == TrialState::stopped) {
      view.end(*searcher, trial, end);
    } else {
      view.set_state(trial, end);
    }
  }
  return reason_of(view.ask(*searcher));
}

TEST(Auto, ChoosesWithSeveralObjectivesToo) {
  using enum TrialState;
  EXPECT_THAT(reason_for_front(numbers(), 20, completed),
              StartsWith("gp (2 numbers, fewer than 500 trials): "));
  EXPECT_THAT(reason_for_front(conditions(), 30, completed),
              StartsWith("tpe (some parameters depend on others): "));
  EXPECT_THAT(reason_for_front(numbers(), 20, stopped),
              StartsWith("tpe (15 trials were cut short): "));
  EXPECT_THAT(reason_for_front(numbers(), 21, paused),  // the last one completed
              StartsWith("tpe (15 trials were cut short): "));
}

TEST(Auto, HandsManyTrialsOverToASearcherThatStaysFast) {
  FakeView view(numbers());
  const auto nobody = make_searcher("random");
  Course course;
  for (int i = 0; i < 2000; ++i) {
    const TrialId trial = view.add(*nobody, std::get<Proposal>(view.ask(*nobody)).config);
    course.added(view, trial);
    view.end(*nobody, trial);
    course.ended(view, trial);
  }
  const auto chosen = [](const portfolio::SpaceTraits& traits, const Course& so_far) {
    return portfolio::choose(traits, {.course = so_far}, 0.5).member;
  };
  EXPECT_EQ(choose_for_front({.numeric = 2}, course).member, Member::nsga2);
  EXPECT_EQ(choose_for_front({.numeric = 501}, course).member, Member::tpe);
  EXPECT_FALSE(may_propose(Member::nsga2, {.numeric = 501}));
  EXPECT_EQ(chosen({.numeric = 2}, course), Member::cmaes);
  EXPECT_EQ(chosen({.numeric = 2, .categorical = 1}, course), Member::tpe);
  EXPECT_EQ(chosen({.numeric = 2}, Course()), Member::gp);
  EXPECT_EQ(chosen({.numeric = 500}, Course()), Member::gp);
  EXPECT_EQ(chosen({.numeric = 400, .categorical = 101}, Course()), Member::tpe);
  EXPECT_EQ(chosen({.numeric = 501}, course), Member::tpe);
  EXPECT_FALSE(may_propose(Member::gp, {.numeric = 501}));
  EXPECT_FALSE(may_propose(Member::cmaes, {.numeric = 501}));
  EXPECT_TRUE(may_still_propose(Member::gp, Course()));
  EXPECT_FALSE(may_still_propose(Member::gp, course));
}

// One trial after the other, each with this loss.
void complete(Turns& turns, std::int64_t& next, int trials, double loss, Turn turn) {
  for (int i = 0; i < trials; ++i) {
    turns.added(TrialId{next}, turn);
    turns.completed(TrialId{next}, loss);
    ++next;
  }
}

TEST(Records, GiveTurnsToTheOneWhoseTrialsSetThem) {
  Records records;
  EXPECT_EQ(records.share_of_second(), 0.5);
  for (std::int64_t i = 0; i < 20; ++i) {
    records.added(TrialId{i}, i % 2 == 0 ? Turn::first : Turn::second);
  }
  records.paused(TrialId{0}, 1, 5);  // the first at an iteration is no record
  records.paused(TrialId{2}, 1, 5);  // nor is one as good
  records.paused(TrialId{1}, 1, 4);
  records.paused(TrialId{3}, 3, 9);
  records.paused(TrialId{5}, 3, 8);
  records.paused(TrialId{4}, 3, std::numeric_limits<double>::quiet_NaN());
  records.paused(TrialId{99}, 1, 1);  // proposed before turns were counted
  EXPECT_EQ(records.told("tpe", "bohb"), "tpe set 0 records with 10 trials, bohb 2 with 10");
  EXPECT_DOUBLE_EQ(records.share_of_second(), 0.75);
  records.ended(TrialId{7});
  records.paused(TrialId{7}, 3, 0);
  EXPECT_DOUBLE_EQ(records.share_of_second(), 0.75);
}

TEST(Records, AShareIsByTheTrialSoThatMoreTurnsWinNothing) {
  Records records;
  for (std::int64_t i = 0; i < 90; ++i) {
    records.added(TrialId{i}, i < 80 ? Turn::first : Turn::second);
  }
  double loss = 100;
  for (std::int64_t i = 0; i < 90; i += 10) {
    records.paused(TrialId{i}, 1, loss -= 1);
  }
  EXPECT_NEAR(records.share_of_second(), 0.5, 0.06);
}

TEST(Turns, BeginWhenNothingGetsBetterAndLossesRepeat) {
  Turns turns;
  std::int64_t next = 0;
  complete(turns, next, 30, 1, Turn::first);
  EXPECT_FALSE(turns.have_begun());
  complete(turns, next, 1, 1, Turn::first);
  EXPECT_TRUE(turns.have_begun());
}

TEST(Turns, DoNotBeginWhereAllLossesDifferOrTrialsGetBetter) {
  Turns different;
  Turns better;
  Turns failing;
  for (std::int64_t i = 0; i < 200; ++i) {
    different.completed(TrialId{i}, i == 0 ? 0 : 1.0 + static_cast<double>(i));
    better.completed(TrialId{i}, static_cast<double>(-(i / 10)));
    failing.completed(TrialId{i}, std::numeric_limits<double>::quiet_NaN());
  }
  EXPECT_FALSE(different.have_begun());
  EXPECT_FALSE(better.have_begun());
  EXPECT_FALSE(failing.have_begun());
}

TEST(Turns, GoToTheOneThatFindsTheBetterTrials) {
  Turns turns;
  std::int64_t next = 0;
  complete(turns, next, 40, 1, Turn::first);
  EXPECT_EQ(turns.share_of_second(), 0.25);
  complete(turns, next, 1, 0.9, Turn::second);
  complete(turns, next, 1, 0.8, Turn::second);
  complete(turns, next, 5, 2, Turn::first);
  EXPECT_EQ(turns.share_of_second(), 0.5);
  complete(turns, next, 1, 0.7, Turn::first);
  EXPECT_LT(turns.share_of_second(), 0.5);
  const auto choice = portfolio::choose({.numeric = 2}, {.turns = turns}, 0);
  EXPECT_EQ(choice.member, Member::bohb);
  EXPECT_THAT(choice.why, HasSubstr("gp found 1 and bohb found 2"));
  EXPECT_EQ(portfolio::choose({.numeric = 2}, {.turns = turns}, 0.99).member, Member::gp);
}

// A model with few points, so that a suggestion stays fast; all the same it is the model's.
TEST(Auto, SearchesManyParametersWithGp) {
  Space space;
  for (int i = 0; i < 20; ++i) {
    space.add("x" + std::to_string(i), uniform(0, 1));
  }
  EXPECT_THAT(reason_after(space, 12), StartsWith("gp (20 numbers"));
}

}  // namespace
}  // namespace luthier
