// What `luthier try` says, of findings made up here.
#include "cli/output/tried_trial.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/commands/reading/one_trial.h"
#include "core/json.h"

namespace luthier::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TriedTrial heard() {
  TriedTrial trial{.command = {"python", "train.py", "--lr", "{lr}"}, .config = {{"lr", 0.5}}};
  trial.objectives = {{"val_loss", Mode::min}};
  trial.results = 12;
  trial.last = {{"val_loss", 0.25}};
  trial.wall_s = 3;
  trial.first_output_s = 0.5;
  trial.understanding = "val_loss is 'Val Loss' of lines such as 'Val Loss: 0.25'";
  trial.diagnosis.seen = {{.name = "Val Loss",
                           .line = "epoch 12 Val Loss: 0.25",
                           .stream = OutputStream::error,
                           .times = 12,
                           .last = 0.25,
                           .chosen = true,
                           .wanted = "val_loss"}};
  return trial;
}

TEST(TriedTrial, SaysWhatWasHeardAndWhere) {
  const std::string text = tried_text(heard(), 0);
  for (const char* part :
       {"program     python train.py --lr {lr}\n",
        "parameters  lr=0.5\n",
        "ended       with status 0 after 3.0s; its first output came after 0.5s\n",
        "iterations  12; each line, or group of lines, with a value of "
        "'val_loss' is one\n",
        "objective   val_loss is 'Val Loss' of lines such as",
        "Val Loss (val_loss)",
        "stderr",
        "epoch 12 Val Loss: 0.25\n"}) {
    EXPECT_THAT(text, HasSubstr(part));
  }
  EXPECT_TRUE(succeeded(heard()));
}

TEST(TriedTrial, WithoutAnObjectiveItOffersOptions) {
  TriedTrial trial = heard();
  trial.objectives.clear();
  trial.results = 0;
  trial.diagnosis.seen.front().chosen = false;
  EXPECT_THAT(tried_text(trial, 0), HasSubstr("--min 'Val Loss'"));
  EXPECT_TRUE(succeeded(trial));
  EXPECT_EQ(objective_option("accuracy"), "--max accuracy");
  EXPECT_EQ(objective_option("test/acc"), "--max test/acc");
  EXPECT_EQ(objective_option("beta"), "--min beta or --max beta");
}

TEST(TriedTrial, WhatIsNotHeardGetsAdvice) {
  TriedTrial trial = heard();
  trial.results = 0;
  trial.understanding.clear();
  trial.diagnosis.seen.front().chosen = false;
  trial.diagnosis.seen.front().regex = R"(Val Loss: (\S+))";
  trial.diagnosis.nearest_line = "Val Loss: 0.25";
  trial.diagnosis.nearest_advice = "--min 'Val Loss'";
  const std::string text = tried_text(trial, 0);
  EXPECT_THAT(text, HasSubstr("none: no value of 'val_loss' was found"));
  EXPECT_THAT(text, HasSubstr("it can be read with --min 'Val Loss'\n"));
  EXPECT_THAT(text, HasSubstr(R"(--metric-regex 'Val Loss: (\S+)')"));
  EXPECT_FALSE(succeeded(trial));
  trial.objectives.front().mode = Mode::max;
  EXPECT_THAT(tried_text(trial, 0), HasSubstr("it can be read with --max 'Val Loss'\n"));
  EXPECT_THAT(tried_json(trial), HasSubstr(R"("advice": "--max 'Val Loss'")"));
}

TEST(TriedTrial, NothingOfAProgramReachesTheTerminal) {
  TriedTrial trial = heard();
  trial.message = "exited\x1b[2J";
  trial.outcome = Outcome::failed;
  trial.diagnosis.seen.front().line = "\x1b]0;title\x07 Val Loss";
  EXPECT_THAT(tried_text(trial, 0), Not(HasSubstr("\x1b")));
  EXPECT_FALSE(succeeded(trial));
}

TEST(TriedTrial, TheSameAsJson) {
  const std::string json = tried_json(heard());
  EXPECT_TRUE(parse_json(json).ok()) << json;
  for (const char* part : {"\"schema\": 1",
                           "\"iterations\": 12",
                           "\"exit_status\": 0",
                           "\"stream\": \"stderr\"",
                           "\"objective\": \"val_loss\""}) {
    EXPECT_THAT(json, HasSubstr(part));
  }
}

TEST(ConfigurationToTry, IsTheFirstPointOrTheMiddle) {
  ExperimentSpec spec;
  ASSERT_TRUE(spec.space.add_text("x=uniform(0, 4)").ok());
  ASSERT_TRUE(spec.space.add_text("kind=choice(a, b)").ok());
  EXPECT_EQ(*configuration_to_try(spec)->find("x"), Value(2.0));
  spec.points = {{{"x", 3.0}}};
  EXPECT_EQ(*configuration_to_try(spec)->find("x"), Value(3.0));
  EXPECT_NE(configuration_to_try(spec)->find("kind"), nullptr);
  spec.points = {{{"x", 9.0}}};
  EXPECT_FALSE(configuration_to_try(spec).ok());
  spec.points.clear();
  spec.space.constrain("x > 3");
  EXPECT_GT(*configuration_to_try(spec)->find("x")->number(), 3.0);
}

}  // namespace
}  // namespace luthier::cli
