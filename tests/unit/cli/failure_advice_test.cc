// What programs say when they refuse their arguments, in the words of several argument parsers.
#include "cli/advice/failure_advice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/output/usage_text.h"

namespace luthier::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;

ExperimentSpec spec_of(std::vector<std::string> command, const std::string& parameter) {
  ExperimentSpec spec;
  spec.command = std::move(command);
  EXPECT_TRUE(spec.space.add_text(parameter).ok());
  return spec;
}

std::string advice(const std::string& message,
                   const std::string& parameter,
                   const std::vector<std::string>& program) {
  std::vector<std::string> typed = {"--min", "loss", "-p", parameter, "--"};
  typed.insert(typed.end(), program.begin(), program.end());
  return failure_advice(message, spec_of(program, parameter), "run", typed);
}

constexpr const char* kUsage =
    "exited with status 2; last lines of stderr:\n"
    "usage: train.py [-h] [--learning-rate LR] [--batch-size N]\n"
    "                [--amp]\n";

TEST(UsageText, EveryParserNamesWhatItRefuses) {
  for (const std::string message : {"train.py: error: unrecognized arguments: --lr=0.5",
                                    "Error: No such option: --lr Did you mean --learning-rate?",
                                    "train.py: error: no such option: --lr",
                                    "./train: unrecognized option '--lr=0.5'",
                                    "Unknown option: --lr",
                                    "error: unexpected argument '--lr' found",
                                    "unknown flag: --lr"}) {
    EXPECT_EQ(refused_option(message), "--lr") << message;
  }
  EXPECT_EQ(refused_option("Traceback: ValueError"), std::nullopt);
}

TEST(UsageText, OptionsAreThoseOfTheUsage) {
  EXPECT_THAT(options_of_usage(kUsage), ElementsAre("--learning-rate", "--batch-size", "--amp"));
  EXPECT_TRUE(options_of_usage("error: unrecognized arguments: --lr=0.5").empty());
}

TEST(UsageText, AParameterFindsItsOption) {
  const std::vector<std::string> options = {"--learning-rate", "--batch-size", "--amp"};
  EXPECT_EQ(option_for("lr", options), "--learning-rate");
  EXPECT_EQ(option_for("learning_rate", options), "--learning-rate");
  EXPECT_EQ(option_for("batch", options), "--batch-size");
  EXPECT_EQ(option_for("Batch_Size", options), "--batch-size");
  EXPECT_EQ(option_for("depth", options), std::nullopt);
}

TEST(FailureAdvice, AnOptionThatTheProgramCallsOtherwise) {
  const std::string message = std::string(kUsage) + "error: unrecognized arguments: --lr=0.5";
  EXPECT_EQ(advice(message, "lr=uniform(0, 1)", {"./train"}),
            "the program has no option --lr; type: luthier run --min loss -p 'lr=uniform(0, 1)' -- "
            "./train --learning-rate {lr}");
  EXPECT_THAT(advice(message, "lr=uniform(0, 1)", {"./train", "--lr={lr}"}),
              EndsWith("-- ./train --learning-rate={lr}"));
  EXPECT_THAT(advice(message, "depth=uniform(0, 1)", {"./train"}),
              HasSubstr("its usage names --learning-rate, --batch-size, --amp"));
}

TEST(FailureAdvice, AFractionWhereAWholeNumberIsWanted) {
  EXPECT_THAT(advice("error: argument --batch: invalid int value: '16.5'",
                     "batch=uniform(7.5, 64)",
                     {"./train", "--batch", "{batch}"}),
              EndsWith("type: luthier run --min loss -p 'batch=randint(8, 65)' -- ./train --batch "
                       "{batch}"));
}

TEST(FailureAdvice, AValueThatIsNoneOfTheChoices) {
  EXPECT_THAT(advice("error: argument --opt: invalid choice: 'x' (choose from 'sgd', 'adam')",
                     "opt=choice(\"x\")",
                     {"./train"}),
              HasSubstr("choice("));
}

TEST(FailureAdvice, ASwitchTakesNoValue) {
  for (const std::string message : {"error: argument --amp: ignored explicit argument 'true'",
                                    "error: unrecognized arguments: true"}) {
    EXPECT_THAT(advice(message, "amp=choice(true, false)", {"./train", "--amp", "{amp}"}),
                EndsWith("-p 'amp=flag(\"--amp\")' -- ./train {amp}"))
        << message;
  }
}

TEST(FailureAdvice, NothingIsMadeUp) {
  EXPECT_EQ(advice("exited with status 1", "lr=uniform(0, 1)", {"./train"}), "");
  EXPECT_EQ(advice("argument of type 'int' is not iterable", "lr=uniform(0, 1)", {"./train"}), "");
}

}  // namespace
}  // namespace luthier::cli
