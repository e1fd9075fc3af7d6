#include "cli/options/arguments.h"

#include <array>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace luthier::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::array kOperands = {kExperiment, Operand{.name = "TRIAL", .required = false}};
constexpr std::array kOptions = {
    Option{.name = "samples", .letter = 'n', .argument = "N"},
    Option{.name = "param", .letter = 'p', .argument = "NAME=DISTRIBUTION", .repeatable = true},
    Option{.name = "verbose", .letter = 'v'},
    Option{.name = "quiet", .letter = 'q'}};
constexpr Command kTest = {.name = "test",
                           .summary = "nothing",
                           .examples = {},
                           .operands = kOperands,
                           .options = kOptions,
                           .takes_program = true};

Result<Arguments> parse(std::vector<std::string> words) {
  return Arguments::parse(kTest, words);
}

std::string problem(std::vector<std::string> words) {
  const auto parsed = parse(std::move(words));
  return parsed ? "" : parsed.error().message;
}

TEST(Arguments, AnOptionMayBeSpeltInFourWays) {
  for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{
           {"x", "--samples", "5"}, {"x", "--samples=5"}, {"x", "-n", "5"}, {"-n5", "x"}}) {
    const auto parsed = parse(words);
    ASSERT_TRUE(parsed.ok()) << parsed.error().message;
    EXPECT_EQ(parsed->text("samples"), "5");
    EXPECT_THAT(parsed->operands(), ElementsAre("x"));
  }
}

TEST(Arguments, ValuesKeepTheirEqualsSignsAndBlanks) {
  const auto parsed = parse({"x", "-p", "a=uniform(0, 1)", "-pb=[1, 2]", "--param=c=-3"});
  ASSERT_TRUE(parsed.ok());
  EXPECT_THAT(parsed->all("param"), ElementsAre("a=uniform(0, 1)", "b=[1, 2]", "c=-3"));
}

TEST(Arguments, SwitchesMayShareAWord) {
  const auto parsed = parse({"x", "-vqn3"});
  ASSERT_TRUE(parsed.ok());
  EXPECT_TRUE(parsed->has("verbose") && parsed->has("quiet"));
  EXPECT_EQ(parsed->text("samples"), "3");
}

TEST(Arguments, AValueMayBeginWithADash) {
  const auto parsed = parse({"x", "-n", "-5"});
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(parsed->text("samples"), "-5");
}

TEST(Arguments, WhatFollowsTwoDashesIsTheProgramsOwn) {
  const auto parsed = parse({"x", "-v", "--", "prog", "--samples", "--", "-n"});
  ASSERT_TRUE(parsed.ok());
  EXPECT_FALSE(parsed->has("samples"));
  EXPECT_THAT(parsed->program(), ElementsAre("prog", "--samples", "--", "-n"));
}

TEST(Arguments, HelpWinsOverWhatIsMissing) {
  const auto parsed = parse({"--help"});
  ASSERT_TRUE(parsed.ok());
  EXPECT_TRUE(parsed->wants_help());
}

TEST(Arguments, EveryProblemIsNamed) {
  EXPECT_EQ(problem({"--sampels", "x", "-n", "1", "-n", "2", "--quiet=1", "1", "2"}),
            "'luthier test' has no option '--sampels'; did you mean '--samples'?\n"
            "--samples is given twice; drop one\n"
            "--quiet is a switch; drop '=1'\n"
            "the program to run goes after '--', which is missing before '2'");
  EXPECT_THAT(problem({}), HasSubstr("needs EXPERIMENT"));
  EXPECT_EQ(problem({"-7"}), "'luthier test' has no option '-7'; see 'luthier test --help'")
      << "it was meant as the operand";
}

TEST(Arguments, WhatWasMeantEndsWithTheWholeCommand) {
  EXPECT_EQ(
      problem({"x", "--sampels", "5", "-v", "--", "prog", "{lr}"}),
      "'luthier test' has no option '--sampels'; did you mean '--samples'? type: luthier test "
      "x --samples 5 -v -- prog {lr}");
  EXPECT_EQ(problem({"x", "--n_trials=5", "--parameter", "lr=uniform(0, 1)"}),
            "'luthier test' has no options '--n_trials', '--parameter'; type: luthier test x "
            "--samples 5 --param 'lr=uniform(0, 1)'");
  EXPECT_THAT(problem({"x", "--lr", "uniform(0, 1)"}),
              HasSubstr("type: luthier test x -p 'lr=uniform(0, 1)'"));
}

TEST(Arguments, AParameterPartedFromItsDistribution) {
  EXPECT_EQ(problem({"x", "-p", "lr", "loguniform(1e-5, 1e-1)", "--", "prog"}),
            "'lr' has no distribution; one follows '=', without blanks; type: luthier test x -p "
            "'lr=loguniform(1e-5, 1e-1)' -- prog");
  for (const std::vector<std::string>& parted :
       {std::vector<std::string>{"lr", "=", "uniform(0, 1)"}, {"lr=", "uniform(0, 1)"}}) {
    std::vector<std::string> words = {"x", "-p"};
    words.insert(words.end(), parted.begin(), parted.end());
    EXPECT_THAT(problem(words), HasSubstr("type: luthier test x -p 'lr=uniform(0, 1)'"));
  }
  EXPECT_THAT(problem({"x", "--param", "lr", "choice(a, b)", "prog"}),
              HasSubstr("'lr' has no distribution"));
}

TEST(Arguments, ALetterWithTwoDashes) {
  EXPECT_EQ(problem({"x", "--n", "3"}),
            "'luthier test' has no option '--n'; did you mean '-n'? type: luthier test x -n 3");
  EXPECT_THAT(problem({"x", "--n=3", "-v"}), HasSubstr("type: luthier test x -n 3 -v"));
  EXPECT_THAT(problem({"x", "--v"}), HasSubstr("did you mean '-v'?"));
}

TEST(Arguments, AnOptionOfAnotherToolThatIsNoneHereIsUnknown) {
  EXPECT_EQ(problem({"x", "--pruner", "median", "--", "prog"}),
            "'luthier test' has no option '--pruner'; see 'luthier test --help'");
}

TEST(Arguments, AProgramWithoutDashesEndsTheOptions) {
  EXPECT_EQ(problem({"x", "-v", "prog", "--lr", "{lr}"}),
            "the program to run goes after '--', which is missing before 'prog'; type: luthier "
            "test x -v -- "
            "prog --lr {lr}");
}

TEST(Arguments, Durations) {
  EXPECT_EQ(*parse_duration("t", "90"), 90);
  EXPECT_EQ(*parse_duration("t", "1.5m"), 90);
  EXPECT_EQ(*parse_duration("t", "2h"), 7200);
  EXPECT_EQ(*parse_duration("t", "1d"), 86400);
  EXPECT_EQ(*parse_duration("t", "5min"), 300);
  EXPECT_EQ(*parse_duration("t", "5 minutes"), 300);
  EXPECT_EQ(*parse_duration("t", "1h30m"), 5400);
  EXPECT_EQ(*parse_duration("t", "1 day 2 hrs 3 secs"), 93603);
  for (const auto text : {"",
                          "h",
                          "1,5",
                          "-1",
                          "nan",
                          "inf",
                          "1e300d",
                          "1 2",
                          "5x",
                          "5mi",
                          "m5",
                          "1h 30",
                          "1h-30m"}) {
    EXPECT_FALSE(parse_duration("t", text).ok()) << text;
  }
}

TEST(Arguments, Bytes) {
  EXPECT_EQ(parse_bytes("512"), 512);
  EXPECT_EQ(parse_bytes("1.5KB"), 1500);
  EXPECT_EQ(parse_bytes("2GiB"), std::int64_t{2} << 30);
  for (const auto text : {"", "GB", "-1", "nan", "inf", "1e30TB"}) {
    EXPECT_FALSE(parse_bytes(text).has_value()) << text;
  }
}

TEST(Arguments, Trials) {
  EXPECT_EQ(parse_trial("00042")->value, 42);
  for (const auto text : {"", "-1", "x", "1.5", "99999999999999999999"}) {
    EXPECT_FALSE(parse_trial(text).ok()) << text;
  }
}

}  // namespace
}  // namespace luthier::cli
