// What every searcher promises, over every row of the table.
#include <cmath>
#include <limits>
#include <set>

#include <gtest/gtest.h>

#include "support/fake_view_for_search.h"

namespace luthier {
namespace {

using testing::FakeView;
using testing::make_searcher;

struct SpaceCase {
  std::string name;
  Space space;
};

std::vector<SpaceCase> spaces() {
  std::vector<SpaceCase> out;
  const auto make = [&](std::string name) -> Space& {
    return out.emplace_back(SpaceCase{.name = std::move(name)}).space;
  };
  make("one").add("x", loguniform(1e-5, 1e-1));
  Space& many = make("thirty");
  for (int i = 0; i < 10; ++i) {
    const std::string n = std::to_string(i);
    many.add("u" + n, uniform(-1, 1));
    many.add("n" + n, normal(5, 2));
    many.add("i" + n, lograndint(1, 1000));
  }
  Space& categorical = make("categorical");
  for (const char* name : {"a", "b", "c", "d", "e"}) {
    categorical.add(name, choice({"red", "green", "blue", true, 7}));
  }
  Space& conditional = make("conditional");
  conditional.add("optimizer", choice({"sgd", "adam", "lbfgs"}));
  conditional.add("momentum", uniform(0, 0.99)).when("optimizer", "sgd");
  conditional.add("beta", quniform(0.5, 1, 0.05)).when("optimizer", "adam");
  conditional.add("lr", loguniform(1e-4, 1));
  Space& ordered = make("constrained");
  ordered.add("low", randint(0, 50));
  ordered.add("high", uniform(0, 50));
  ordered.constrain("low < high");
  Space& grid_space = make("grid");
  grid_space.add("depth", grid({1, 2, 3}));
  grid_space.add("kind", grid({"x", "y"}));
  grid_space.add("lr", uniform(0, 1));
  grid_space.add("units", qrandint(8, 64, 8));
  return out;
}

double loss_of_config(const Config& config) {
  double sum = 0;
  for (const auto& [name, value] : config) {
    const double number = value.number().value_or(value.text() ? value.text()->size() * 0.1 : 0);
    sum += std::abs(number - 0.3);
  }
  return sum;
}

class SearcherPromises : public ::testing::TestWithParam<std::string> {
 protected:
  // The grid refuses infinite spaces in a sentence; that is a promise of its own.
  static bool refuses(const std::string& searcher, const FakeView& view) {
    return searcher == "grid" && view.space().grid_size() == 1 && !view.space().cardinality();
  }
  template <class Test>
  void for_each_space(Test test) {
    for (const SpaceCase& row : spaces()) {
      SCOPED_TRACE(GetParam() + " on " + row.name);
      test(row.space);
    }
  }
};

TEST_P(SearcherPromises, ProposesValidConfigurations) {
  for_each_space([&](const Space& space) {
    FakeView view(space);
    const auto searcher = make_searcher(GetParam());
    if (refuses(GetParam(), view)) {
      EXPECT_TRUE(std::holds_alternative<Exhausted>(view.ask(*searcher)));
      return;
    }
    for (int i = 0; i < 60; ++i) {
      const auto trial = view.step(*searcher, loss_of_config);
      ASSERT_TRUE(trial);
      const Config config = view.config(*trial);
      EXPECT_TRUE(view.space().check(config).ok()) << to_json(config);
      EXPECT_TRUE(view.space().satisfies_constraints(config)) << to_json(config);
      if (const Value* optimizer = config.find("optimizer")) {
        EXPECT_EQ(config.contains("momentum"), *optimizer->text() == "sgd");
        EXPECT_EQ(config.contains("beta"), *optimizer->text() == "adam");
      }
    }
  });
}

TEST_P(SearcherPromises, AskingChangesNothing) {
  for_each_space([&](const Space& space) {
    FakeView quiet(space);
    FakeView curious(space);
    const auto a = make_searcher(GetParam());
    const auto b = make_searcher(GetParam());
    for (int i = 0; i < 40; ++i) {
      const auto trial = quiet.step(*a, loss_of_config);
      for (int k = 0; k < 3; ++k) {
        (void)curious.ask(*b);
      }
      ASSERT_EQ(trial, curious.step(*b, loss_of_config));
      if (!trial) {
        return;
      }
      ASSERT_EQ(quiet.config(*trial), curious.config(*trial));
    }
  });
}

TEST_P(SearcherPromises, StateRebuiltFromTheFactsProposesTheSame) {
  for_each_space([&](const Space& space) {
    FakeView view(space);
    const auto searcher = make_searcher(GetParam());
    for (int i = 0; i < 40 && view.step(*searcher, loss_of_config); ++i) {
    }
    FakeView told(space);
    const auto rebuilt = make_searcher(GetParam());
    for (std::int64_t i = 0; i < view.trial_count(); ++i) {
      const TrialId trial = told.add(*rebuilt, view.config(TrialId{i}));
      told.report(*rebuilt, trial, loss_of_config(view.config(trial)));
      told.end(*rebuilt, trial);
    }
    const Suggestion a = view.ask(*searcher);
    const Suggestion b = told.ask(*rebuilt);
    ASSERT_EQ(a.index(), b.index());
    if (const auto* proposal = std::get_if<Proposal>(&a)) {
      EXPECT_EQ(proposal->config, std::get<Proposal>(b).config);
      EXPECT_EQ(proposal->reason, std::get<Proposal>(b).reason);
    }
  });
}

TEST_P(SearcherPromises, SeedsDiffer) {
  Space space;
  space.add("x", uniform(0, 1));
  FakeView one(space, 1);
  FakeView two(space, 2);
  const auto searcher = make_searcher(GetParam());
  if (refuses(GetParam(), one)) {
    return;
  }
  EXPECT_NE(std::get<Proposal>(one.ask(*searcher)).config,
            std::get<Proposal>(two.ask(*searcher)).config);
}

TEST_P(SearcherPromises, ParallelSuggestionsAreDistinct) {
  for_each_space([&](const Space& space) {
    FakeView view(space);
    const auto searcher = make_searcher(GetParam());
    if (refuses(GetParam(), view)) {
      return;
    }
    for (int i = 0; i < 20; ++i) {
      ASSERT_TRUE(view.step(*searcher, loss_of_config));
    }
    std::set<std::string> seen;
    for (int i = 0; i < 16; ++i) {
      const auto suggestion = view.ask(*searcher);
      const Config config = std::get<Proposal>(suggestion).config;
      EXPECT_TRUE(seen.insert(to_json(config)).second) << to_json(config);
      view.add(*searcher, config);
    }
  });
}

TEST_P(SearcherPromises, FiniteSpacesEndWithoutDuplicates) {
  Space space;
  space.add("branch", choice({"a", "b"}));
  space.add("n", randint(0, 6)).when("branch", "a");
  space.add("m", qrandint(0, 30, 10)).when("branch", "b");
  space.add("k", randint(0, 4));
  space.constrain("k != 1");
  FakeView view(space);
  const auto searcher = make_searcher(GetParam());
  std::set<std::string> seen;
  while (const auto trial = view.step(*searcher, loss_of_config)) {
    EXPECT_TRUE(seen.insert(to_json(view.config(*trial))).second);
    ASSERT_LE(seen.size(), 30U);
  }
  EXPECT_EQ(seen.size(), (6U + 4U) * 3U);
  EXPECT_NE(std::get<Exhausted>(view.ask(*searcher)).reason.find("30"), std::string::npos);
}

TEST_P(SearcherPromises, EveryGridCellComesInTurn) {
  Space space;
  space.add("b", grid({1, 2, 3}));
  space.add("a", grid({"x", "y"}));
  space.add("lr", uniform(0, 1));
  FakeView view(space);
  const auto searcher = make_searcher(GetParam());
  for (int i = 0; i < 36; ++i) {
    const auto trial = view.step(*searcher, loss_of_config);
    ASSERT_TRUE(trial);
    // Samples outside, the alphabetically first parameter fastest.
    EXPECT_EQ(view.config(*trial).text("a"), i % 2 == 0 ? "x" : "y");
    EXPECT_EQ(view.config(*trial).integer("b"), i / 2 % 3 + 1);
  }
}

TEST_P(SearcherPromises, UnsatisfiableConstraintsEndInASentence) {
  Space space;
  space.add("x", randint(0, 10));
  space.constrain("x > 20");
  FakeView view(space);
  const auto searcher = make_searcher(GetParam());
  EXPECT_FALSE(std::get<Exhausted>(view.ask(*searcher)).reason.empty());
}

// What stays inside `repeat`: each configuration comes twice, and else all is as promised.
TEST_P(SearcherPromises, InsideRepeatEachConfigurationComesTwice) {
  const NamedValues options = {{"times", 2},
                               {"searcher", "concurrency_limit:searcher=" + GetParam()}};
  for_each_space([&](const Space& space) {
    FakeView view(space);
    if (refuses(GetParam(), view)) {
      return;
    }
    const auto searcher = make_searcher("repeat", options);
    FakeView told(space);
    const auto rebuilt = make_searcher("repeat", options);
    for (int i = 0; i < 60; ++i) {
      const auto trial = view.step(*searcher, loss_of_config);
      ASSERT_TRUE(trial);
      EXPECT_TRUE(view.space().check(view.config(*trial)).ok());
      if (i % 2 == 1) {
        EXPECT_EQ(view.config(*trial), view.config({trial->value - 1}));
      }
      const TrialId same = told.add(*rebuilt, view.config(*trial));
      told.report(*rebuilt, same, loss_of_config(view.config(*trial)));
      told.end(*rebuilt, same);
    }
    EXPECT_EQ(std::get<Proposal>(view.ask(*searcher)).config,
              std::get<Proposal>(told.ask(*rebuilt)).config);
  });
}

TEST_P(SearcherPromises, InsideRepeatAFiniteSpaceEnds) {
  Space space;
  space.add("k", randint(0, 4));
  FakeView view(space);
  const auto searcher = make_searcher("repeat", {{"times", 3}, {"searcher", GetParam()}});
  std::multiset<std::int64_t> seen;
  while (const auto trial = view.step(*searcher, loss_of_config)) {
    seen.insert(view.config(*trial).integer("k"));
    ASSERT_LE(seen.size(), 12U);
  }
  EXPECT_EQ(seen, (std::multiset<std::int64_t>{0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3}));
  EXPECT_TRUE(std::holds_alternative<Exhausted>(view.ask(*searcher)));
}

// The searchers that take several objectives, and what each objective comes to.
class SearchersOfSeveral : public ::testing::TestWithParam<std::string> {
 protected:
  static std::vector<Objective> objectives() {
    return {{"loss", Mode::min}, {"speed", Mode::max}, {"size", Mode::min}};
  }
  static Metrics report_of(const Config& config) {
    const double loss = loss_of_config(config);
    return {{"loss", loss}, {"speed", loss < 1 ? loss : 2 - loss}, {"size", std::floor(3 * loss)}};
  }
  template <class Test>
  void for_each_space(Test test) {
    for (const SpaceCase& row : spaces()) {
      SCOPED_TRACE(GetParam() + " on " + row.name);
      FakeView view(row.space, 1, objectives());
      const auto searcher = make_searcher(GetParam(), {}, 1, objectives());
      test(row.space, view, *searcher);
    }
  }
};

TEST_P(SearchersOfSeveral, ProposalsAreValid) {
  for_each_space([](const Space&, FakeView& view, Searcher& searcher) {
    for (int i = 0; i < 60; ++i) {
      const auto trial = view.run(searcher, report_of);
      if (!trial) {
        return;  // grid refuses infinite spaces
      }
      EXPECT_TRUE(view.space().check(view.config(*trial)).ok());
      EXPECT_TRUE(view.space().satisfies_constraints(view.config(*trial)));
    }
  });
}

TEST_P(SearchersOfSeveral, StateRebuiltFromTheFactsProposesTheSame) {
  for_each_space([](const Space& space, FakeView& view, Searcher& searcher) {
    for (int i = 0; i < 40 && view.run(searcher, report_of); ++i) {
    }
    FakeView told(space, 1, objectives());
    const auto rebuilt = make_searcher(GetParam(), {}, 1, objectives());
    for (std::int64_t i = 0; i < view.trial_count(); ++i) {
      const TrialId trial = told.add(*rebuilt, view.config(TrialId{i}));
      told.report(*rebuilt, trial, report_of(view.config(trial)));
      told.end(*rebuilt, trial);
    }
    const Suggestion a = view.ask(searcher);
    const Suggestion b = told.ask(*rebuilt);
    ASSERT_EQ(a.index(), b.index());
    if (const auto* proposal = std::get_if<Proposal>(&a)) {
      EXPECT_EQ(proposal->config, std::get<Proposal>(b).config);
      EXPECT_EQ(proposal->reason, std::get<Proposal>(b).reason);
    }
  });
}

// Trials stop, pause and fail, and objectives are missing or no numbers.
TEST_P(SearchersOfSeveral, WhateverTrialsReportTheyGoOn) {
  for_each_space([](const Space&, FakeView& view, Searcher& searcher) {
    constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
    for (int i = 0; i < 80; ++i) {
      const Suggestion suggestion = view.ask(searcher);
      const auto* proposal = std::get_if<Proposal>(&suggestion);
      if (proposal == nullptr) {
        return;
      }
      EXPECT_TRUE(view.space().check(proposal->config).ok());
      const TrialId trial = view.add(searcher, proposal->config);
      Metrics metrics = report_of(proposal->config);
      if (i % 7 == 1) {
        metrics.set("speed", kNan);
      }
      view.report(searcher, trial, i % 11 == 2 ? Metrics{{"loss", 0.1}} : metrics);
      if (i % 5 == 3) {
        view.set_state(trial, TrialState::paused);
      } else {
        view.end(searcher,
                 trial,
                 i % 4 == 0   ? TrialState::stopped
                 : i % 9 == 0 ? TrialState::failed
                              : TrialState::completed);
      }
    }
  });
}

INSTANTIATE_TEST_SUITE_P(All,
                         SearchersOfSeveral,
                         ::testing::ValuesIn([] {
                           std::vector<std::string> names;
                           for (const SearcherRow& row : builtin_searchers()) {
                             if (row.plugin().info.multi_objective) {
                               names.emplace_back(row.name);
                             }
                           }
                           return names;
                         }()),
                         [](const auto& info) { return info.param; });

INSTANTIATE_TEST_SUITE_P(All,
                         SearcherPromises,
                         ::testing::ValuesIn([] {
                           std::vector<std::string> names;
                           for (const SearcherRow& row : builtin_searchers()) {
                             names.emplace_back(row.name);
                           }
                           return names;
                         }()),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace luthier
