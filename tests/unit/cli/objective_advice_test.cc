// A misspelt objective: the command that names the right one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/advice/failure_advice.h"

namespace luthier::cli {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;

ExperimentSpec spec_of(std::vector<Objective> objectives) {
  ExperimentSpec spec;
  spec.objectives = std::move(objectives);
  spec.command = {"python3", "train.py"};
  return spec;
}

std::string seen(const std::string& names) {
  return "ended without a value of 'x'; metrics seen: " + names +
         "; print a line like 'x=0.5', or give --metric-regex or --metric-file";
}

std::string advice(const std::string& message,
                   const ExperimentSpec& spec,
                   const std::vector<std::string>& typed,
                   const std::string& name = "") {
  return objective_advice(message, spec, "run", typed, name);
}

TEST(ObjectiveAdvice, PutsTheRightNameInThePlaceOfTheWrongOne) {
  const auto spec = spec_of({{"val_los", Mode::min}});
  for (const auto& typed : {std::vector<std::string>{"--min", "val_los"}, {"--min=val_los"}}) {
    auto words = typed;
    words.insert(words.end(), {"-n", "5", "--", "python3", "train.py", "--min", "val_los"});
    const std::string text = advice(seen("val_loss (did you mean 'val_loss'?)"), spec, words);
    EXPECT_THAT(text, HasSubstr("'val_loss' instead of 'val_los'")) << typed.front();
    EXPECT_THAT(text, EndsWith("val_loss -n 5 -- python3 train.py --min val_los"));
  }
}

TEST(ObjectiveAdvice, TakesALikelyMetricWhereNoNameIsClose) {
  EXPECT_THAT(advice(seen("epoch, lr, val_accuracy, train_accuracy"),
                     spec_of({{"metric", Mode::max}}),
                     {"--max", "metric", "--", "x"}),
              EndsWith("luthier run --max val_accuracy -- x"));
  EXPECT_EQ(
      advice(seen("epoch, val_accuracy"), spec_of({{"metric", Mode::min}}), {"--min", "metric"}),
      "")
      << "an accuracy is not to be small";
  EXPECT_EQ(advice(seen("epoch, lr"), spec_of({{"metric", Mode::min}}), {"--min", "metric"}), "");
}

TEST(ObjectiveAdvice, ReadsWhatTheEngineSaysToo) {
  EXPECT_THAT(advice("returned without a value of 'los'; metrics reported: loss, acc",
                     spec_of({{"los", Mode::min}}),
                     {"--min", "los", "--", "x"}),
              EndsWith("luthier run --min loss -- x"));
  EXPECT_EQ(advice("returned without a value of 'los'; metrics reported: none",
                   spec_of({{"los", Mode::min}}),
                   {"--min", "los"}),
            "");
  EXPECT_THAT(advice("ended without a value of 'auc'; it can mean 'valid_0 auc' or 'valid_1 auc'; "
                     "name the one you mean",
                     spec_of({{"auc", Mode::max}}),
                     {"--max", "auc", "--", "x"}),
              EndsWith("luthier run --max 'valid_0 auc' -- x"));
}

TEST(ObjectiveAdvice, KeepsTheObjectivesThatAreRight) {
  EXPECT_THAT(advice(seen("loss, acc"),
                     spec_of({{"loss", Mode::min}, {"ac", Mode::max}}),
                     {"--min", "loss", "--max", "ac", "--", "x"}),
              EndsWith("luthier run --min loss --max acc -- x"));
}

TEST(ObjectiveAdvice, ReplacesThoseOfAFileAndTakesAFreeName) {
  EXPECT_THAT(advice(seen("loss"), spec_of({{"los", Mode::min}}), {"tune.toml"}, "tune-2"),
              EndsWith("luthier run --name tune-2 --min loss tune.toml"));
  EXPECT_THAT(advice(seen("loss"),
                     spec_of({{"los", Mode::min}}),
                     {"--name", "a", "--min", "los", "--", "x"},
                     "a-2"),
              EndsWith("luthier run --name a-2 --min loss -- x"));
}

TEST(ObjectiveAdvice, OtherCommandsAreSentToRun) {
  const std::string text = objective_advice(
      seen("loss"), spec_of({{"los", Mode::min}}), "resume", std::vector<std::string>{"a"}, "");
  EXPECT_THAT(text,
              HasSubstr("'loss' instead of 'los', start a new experiment with `luthier run`"));
}

TEST(ObjectiveAdvice, SaysNothingOfOtherFailures) {
  for (const char* message :
       {"exited with status 1; metrics seen: loss;", "", "was ended by signal 9"}) {
    EXPECT_EQ(advice(message, spec_of({{"los", Mode::min}}), {"--min", "los"}), "") << message;
  }
}

}  // namespace
}  // namespace luthier::cli
