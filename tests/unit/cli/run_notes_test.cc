// What is said as a run begins.
#include "cli/output/run_notes.h"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/advice/parameter_reach.h"
#include "support/temporary_directory.h"

namespace luthier::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Words = std::vector<std::string>;

ExperimentSpec spec_of(Words command, const Words& parameters = {"lr=uniform(0, 1)"}) {
  ExperimentSpec spec;
  spec.executor = "process";
  spec.command = std::move(command);
  for (const auto& parameter : parameters) {
    EXPECT_TRUE(spec.space.add_text(parameter).ok()) << parameter;
  }
  return spec;
}

TEST(UnseenParameters, ATextOfAShellMayIgnoreItsArguments) {
  EXPECT_THAT(unseen_parameters(spec_of({"sh", "-c", "echo loss=1"})), ElementsAre("lr"));
  EXPECT_THAT(unseen_parameters(spec_of({"bash", "-lc", "train $HOME"})), ElementsAre("lr"));
  EXPECT_THAT(unseen_parameters(spec_of({"python3", "-c", "print('loss=1')"})), ElementsAre("lr"));
  for (const Words& command : {Words{"sh", "-c", "train \"$@\""},
                               {"sh", "-c", "train $1"},
                               {"sh", "-c", "train ${{1}}"},
                               {"sh", "-c", "train $LUTHIER_PARAM_LR"},
                               {"sh", "-c", "echo {lr}"},
                               {"python3", "-c", "import sys; print(sys.argv)"},
                               {"./train"},
                               {"./train", "--fast"}}) {
    EXPECT_THAT(unseen_parameters(spec_of(command)), IsEmpty()) << command.back();
  }
}

TEST(UnseenParameters, APlaceholderTakesThePlaceOfAllArguments) {
  const Words two = {"lr=uniform(0, 1)", "batch=choice(16, 32)"};
  EXPECT_THAT(unseen_parameters(spec_of({"./train", "{lr}"}, two)), ElementsAre("batch"));
  EXPECT_THAT(unseen_parameters(spec_of({"./train", "--out", "{trial.dir}"}, two)),
              ElementsAre("lr", "batch"));
  EXPECT_THAT(unseen_parameters(spec_of({"./train", "{{lr}}", "{batch}"}, two)), ElementsAre("lr"));
  for (const char* all : {"{args}", "{args:hydra}", "{params.file:json}"}) {
    EXPECT_THAT(unseen_parameters(spec_of({"./train", all}, two)), IsEmpty()) << all;
  }
}

TEST(UnseenParameters, WhatDecidesAboutOthersIsSeenInThem) {
  EXPECT_THAT(unseen_parameters(spec_of({"./train", "{momentum}", "{warmup}"},
                                        {"kind=choice(a, b)",
                                         "epochs=randint(1, 9)",
                                         "momentum=uniform(0, 1) if kind == \"a\"",
                                         "warmup=expr(epochs * 0.1)"})),
              IsEmpty());
}

TEST(UnseenParameters, ProgramsMayReadTheirEnvironment) {
  const TemporaryDirectory directory(TemporaryDirectory::Place::memory);
  const std::string script = (directory.path() / "train.py").string();
  std::ofstream(script) << "import luthier\n";
  EXPECT_THAT(unseen_parameters(spec_of({"python3", script, "{trial.dir}"})), IsEmpty());
  std::ofstream(script) << "print('loss=1')\n";
  EXPECT_THAT(unseen_parameters(spec_of({"python3", script, "{trial.dir}"})), ElementsAre("lr"));
}

TEST(StrayNames, AreThoseOfATemplateThatAreNoParameters) {
  const TemporaryDirectory directory(TemporaryDirectory::Place::memory);
  const std::string file = (directory.path() / "config.txt").string();
  std::ofstream(file)
      << "lr = {lr}\nout = {trial.dir}\nmode = {learning_mode}\nx = {{y}} { a b } {}\n";
  const ExperimentSpec spec = spec_of({"./train", "{template:" + file + "}"});
  const auto strays = stray_names(spec);
  ASSERT_EQ(strays.size(), 1U);
  EXPECT_EQ(strays.front().name, "learning_mode");
  EXPECT_THAT(unseen_parameters(spec), IsEmpty());
}

class RunNotes : public ::testing::Test {
 protected:
  std::string text(Purpose purpose = Purpose::running) {
    request_.space = *compile_shared(request_.spec.space);
    std::string all;
    for (const auto& note : notes_on(request_, purpose)) {
      all += note + "\n";
    }
    return all;
  }
  ExperimentRequest request_{.spec = spec_of({"./train", "--lr={lr}"})};
};

TEST_F(RunNotes, SayThatOneSampleIsTheDefault) {
  EXPECT_THAT(text(), HasSubstr("-n is 1 by default"));
  EXPECT_EQ(text(Purpose::trying), "");
  request_.budget_given = true;
  EXPECT_EQ(text(), "");
}

TEST_F(RunNotes, OneSampleIsEnoughForAGridPointsOrOneValue) {
  request_.spec = spec_of({"./train", "{lr}"}, {"lr=grid(1, 2)"});
  EXPECT_EQ(text(), "");
  request_.spec = spec_of({"./train", "{lr}"}, {"lr=constant(1)"});
  EXPECT_EQ(text(), "");
  request_.spec = spec_of({"./train", "{lr}"});
  request_.spec.points = {{{"lr", 0.1}}, {{"lr", 0.2}}};
  EXPECT_EQ(text(), "");
}

TEST_F(RunNotes, NameWhatReachesNoProgram) {
  request_.budget_given = true;
  request_.spec = spec_of({"sh", "-c", "echo loss=1"});
  EXPECT_THAT(text(),
              HasSubstr("the parameter lr reaches the program only as the environment "
                        "variable LUTHIER_PARAM_LR"));
}

TEST_F(RunNotes, ExplainStatusesOfSignals) {
  request_.budget_given = true;
  request_.spec.executor_options = {{"ok_status", "10, 143"}};
  EXPECT_THAT(text(), HasSubstr("ended by signal 15 has still failed"));
  request_.spec.executor_options = {{"ok_status", "10,20"}};
  EXPECT_EQ(text(), "");
}

}  // namespace
}  // namespace luthier::cli
