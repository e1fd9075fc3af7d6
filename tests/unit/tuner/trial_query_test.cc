// Which trials are wanted, and in which order.
#include "tuner/stored/trial_query.h"

#include <cmath>

#include <gtest/gtest.h>

#include "luthier/luthier.h"
#include "support/temporary_directory.h"
#include "tuner/assembly.h"

namespace luthier {
namespace {

class TrialQueries : public testing::Test {
 protected:
  void SetUp() override {
    Space space;
    space.add("x", uniform(0, 1));
    Tuner tuner(space);
    tuner.name("asked").maximize("score").samples(6).log({}).results(place_.path());
    auto experiment = Experiment::open(std::move(tuner));
    ASSERT_TRUE(experiment.ok());
    for (const double score : {0.3, std::nan(""), 0.9, 0.1, 0.5}) {
      const auto trial = experiment->ask();
      ASSERT_TRUE(trial);
      ASSERT_TRUE(experiment->report(trial->id, {{"score", score}, {"val/loss", 1 - score}}).ok());
      ASSERT_TRUE(experiment->tell(trial->id).ok());
    }
    const auto trial = experiment->ask();
    ASSERT_TRUE(experiment->fail(trial->id, "as it must").ok());
    ASSERT_TRUE(experiment->close().ok());
  }

  std::vector<std::int64_t> wanted(const TrialQuery& query) {
    const auto state = read_state(place_.path() / "asked");
    EXPECT_TRUE(state.ok());
    return numbers_of(*table_of(**state), query);
  }
  static std::vector<std::int64_t> numbers_of(TrialTable& table,
                                              const TrialQuery& query,
                                              const AllRemarks& remarks = {}) {
    TrialColumns columns(table.spec(), false, remarks);
    const auto checked = check_query(table, columns, query);
    EXPECT_TRUE(checked.ok()) << checked.error().message;
    const auto trials = wanted_trials(table, columns, query);
    EXPECT_TRUE(trials.ok());
    std::vector<std::int64_t> numbers, passed;
    for (const TrialId trial : *trials) {
      numbers.push_back(trial.value);
    }
    EXPECT_TRUE(for_each_wanted(table, columns, query, [&](const TrialRow& row) {
                  passed.push_back(row.trial.value);
                  return true;
                }).ok());
    EXPECT_EQ(passed, numbers);
    return numbers;
  }
  std::string problem(const TrialQuery& query) {
    auto table = open_trial_table(place_.path() / "asked");
    TrialColumns columns((*table)->spec(), false);
    const auto checked = check_query(**table, columns, query);
    return checked.ok() ? "" : checked.error().message;
  }

  TemporaryDirectory place_{TemporaryDirectory::Place::memory};
};

using Numbers = std::vector<std::int64_t>;

TEST_F(TrialQueries, TheBestComesFirstAndWhatIsNoNumberLast) {
  EXPECT_EQ(wanted({}), (Numbers{0, 1, 2, 3, 4, 5}));
  EXPECT_EQ(wanted({.sort = "score"}), (Numbers{2, 4, 0, 3, 1, 5}));
  EXPECT_EQ(wanted({.sort = "score", .reversed = true}), (Numbers{3, 0, 4, 2, 1, 5}));
  EXPECT_EQ(wanted({.sort = "val/loss"}), (Numbers{2, 4, 0, 3, 1, 5}));
  EXPECT_EQ(wanted({.reversed = true}), (Numbers{5, 4, 3, 2, 1, 0}));
}

TEST_F(TrialQueries, AnExpressionOfColumnsLeavesOthersOut) {
  EXPECT_EQ(wanted({.where = "score > 0.2"}), (Numbers{0, 2, 4}));
  EXPECT_EQ(wanted({.where = "val/loss < 0.6 and trial > 2"}), (Numbers{4}));
  EXPECT_EQ(wanted({.where = "state == \"failed\""}), (Numbers{5}));
  EXPECT_EQ(wanted({.states = {"completed"}, .where = "not (score > 0.2)", .sort = "score"}),
            (Numbers{3, 1}));
  EXPECT_EQ(wanted({.where = "false"}), Numbers{});
}

TEST_F(TrialQueries, TagsAreAColumn) {
  const auto state = read_state(place_.path() / "asked");
  ASSERT_TRUE(state.ok());
  const auto table = table_of(**state);
  AllRemarks remarks;
  remarks.trials[{1}].tags = {"good", "odd"};
  remarks.trials[{4}].tags = {"odd"};
  const auto tagged = [&](const std::string& where) {
    return numbers_of(*table, {.where = where}, remarks);
  };
  EXPECT_EQ(tagged("\"odd\" in tags"), (Numbers{1, 4}));
  EXPECT_EQ(tagged("\"good\" in tags and \"odd\" in tags"), (Numbers{1}));
  EXPECT_EQ(tagged("\"odd\" not in tags and score > 0.2"), (Numbers{0, 2}));
  EXPECT_EQ(wanted({.where = "\"odd\" in tags"}), Numbers{});  // nobody has said anything
  const TrialColumns columns((*state)->spec(), false, remarks);
  EXPECT_EQ(columns.default_columns()[2], "tags");
  EXPECT_NE(TrialColumns((*state)->spec(), false).default_columns()[2], "tags");
}

TEST_F(TrialQueries, WhatIsWrongIsSaid) {
  EXPECT_NE(problem({.where = "scor > 0.2"}).find("did you mean 'score'?"), std::string::npos);
  EXPECT_NE(problem({.where = "score >"}), "");
  EXPECT_NE(problem({.sort = "scores"}).find("did you mean 'score'?"), std::string::npos);
  EXPECT_NE(problem({.states = {"complete"}}).find("did you mean 'completed'?"), std::string::npos);
}

}  // namespace
}  // namespace luthier
