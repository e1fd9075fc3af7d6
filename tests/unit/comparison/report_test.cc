// What a comparison looks like: on a terminal, as JSON and as CSV.
#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/json.h"
#include "laboratory/comparison/comparison_json.h"
#include "laboratory/comparison/drawing/chart.h"
#include "laboratory/comparison/figures.h"
#include "unit/comparison/curves_for_tests.h"

namespace luthier {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// Two seeds a group; "slow" halves its loss every other trial.
ComparisonReport two_curves(std::string label = "slow") {
  std::vector<ExperimentCurve> all;
  for (std::uint64_t seed = 0; seed < 2; ++seed) {
    const double luck = static_cast<double>(seed) * 0.25;
    all.push_back(made_curve({.scheduler = "fast", .seed = seed}, {8 + luck, 4, 2, 1, 1, 1, 1, 1}));
    all.push_back(made_curve({.scheduler = label, .seed = seed}, {8, 8, 4, 4, 2, 2, 1 + luck, 1}));
  }
  auto comparison = compare(std::move(all));
  EXPECT_TRUE(comparison.ok());
  return std::move(*comparison);
}

TEST(Chart, DrawsLettersWithoutColour) {
  EXPECT_EQ(chart(two_curves(), CurveAxis::trials, {.width = 40, .height = 9}),
            "loss\n"
            "        8 +   bbbbbbbb\n"
            "          |       a  b\n"
            "        6 +       a  b\n"
            "          |       a  b\n"
            "          |       a  b\n"
            "        4 +       aaabbbbbbbbb\n"
            "          |          a       b\n"
            "        2 +          aaaaa   bbbbbbbb\n"
            "          |              aaaaaaaaaaabbbb\n"
            "          +-----------------------------\n"
            "           0 trials                    8\n"
            "           a fast\n"
            "           b slow\n");
}

// On a linear scale everything after the first steps would lie on one line.
TEST(Chart, RegretThatFallsTenfoldHasALogarithmicScale) {
  const auto drawn = [](double last) {
    const auto comparison = compare({made_curve({.optimum = "0"}, {10, 5, last})}).value();
    return chart(comparison, CurveAxis::trials, {.width = 60, .height = 9});
  };
  EXPECT_THAT(drawn(0.9), HasSubstr("regret of loss (log scale)\n"));
  EXPECT_THAT(drawn(2), HasSubstr("regret of loss\n"));
}

TEST(Chart, HasALetterOfItsOwnForEachOfManyGroups) {
  std::vector<ExperimentCurve> all;
  for (int i = 0; i < 30; ++i) {
    all.push_back(made_curve({.scheduler = "s" + std::to_string(i)}, {1, 0.5}));
  }
  const auto comparison = compare(std::move(all)).value();
  const std::string drawn = chart(comparison, CurveAxis::trials, {.width = 80, .height = 5});
  EXPECT_THAT(drawn, HasSubstr("           a s0\n"));
  EXPECT_THAT(drawn, HasSubstr("           A s26\n"));
}

TEST(Figure, CountsStayWhole) {
  EXPECT_EQ(figure(14130), "14130");
  EXPECT_EQ(figure(125.5), "125.5");
  EXPECT_EQ(figure(0.000012345), "1.234e-05");
  EXPECT_EQ(figure(-20000), "-20000");
  EXPECT_EQ(figure(123456789), "1.235e+08");
  EXPECT_EQ(interval(INFINITY, INFINITY), "-");
}

TEST(Chart, NeverExceedsTheWidthNorPassesOnControls) {
  const ComparisonReport comparison = two_curves(std::string(300, 'x') + "\x1b]0;title\x07");
  for (const bool color : {false, true}) {
    for (const int width : {40, 81, 200}) {
      const std::string text =
          chart(comparison, CurveAxis::time, {.width = width, .height = 8, .color = color});
      EXPECT_THAT(text, Not(HasSubstr("\x1b]")));
      EXPECT_THAT(text, Not(HasSubstr("\x07")));
      std::string bare;  // without our own colours
      for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\x1b') {
          i = text.find('m', i);
        } else if ((text[i] & 0xC0) != 0x80) {  // one for each character
          bare += text[i];
        }
      }
      std::size_t longest = 0;
      for (std::size_t from = 0, to = 0; (to = bare.find('\n', from)) != std::string::npos;
           from = to + 1) {
        longest = std::max(longest, to - from);
      }
      EXPECT_LE(longest, static_cast<std::size_t>(width));
    }
  }
}

TEST(Chart, SaysWhenThereIsNothingToDraw) {
  const auto comparison = compare({made_curve({}, {})});
  ASSERT_TRUE(comparison.ok());
  EXPECT_EQ(chart(*comparison, CurveAxis::time, {}), "nothing to draw: no result yet\n");
  EXPECT_TRUE(parse_json(to_json(*comparison)).ok());
}

TEST(Chart, DrawsNothingOfValuesThatAreNotFinite) {
  const auto comparison = compare({made_curve({}, {INFINITY, INFINITY})}).value();
  EXPECT_EQ(chart(comparison, CurveAxis::trials, {}), "nothing to draw: no result yet\n");
}

TEST(Chart, ARegretOfZeroHasAnAxis) {
  const auto comparison = compare({made_curve({.optimum = "1"}, {1, 1})}).value();
  const std::string drawn = chart(comparison, CurveAxis::trials, {.width = 40, .height = 9});
  EXPECT_THAT(drawn, HasSubstr("        0 + "));
  EXPECT_THAT(drawn, HasSubstr("        1 +\n"));
  EXPECT_THAT(drawn, Not(HasSubstr("e-3")));
}

TEST(ComparisonJson, HasItsFields) {
  const auto json = parse_json(to_json(two_curves()));
  ASSERT_TRUE(json.ok()) << json.error().message;
  EXPECT_EQ(json->members.front().first, "schema");
  EXPECT_EQ(*json->find("measure")->value.text(), "objective");
  const Json& fast = json->find("groups")->items[0];
  EXPECT_EQ(*fast.find("group")->value.text(), "fast");
  EXPECT_EQ(fast.find("final")->find("centre")->value.number(), 1);
  const Json& trials = *fast.find("curves")->find("trials");
  ASSERT_EQ(trials.items.size(), 5U);  // four steps and the end
  EXPECT_EQ(trials.items[0].items[1].value.number(), 8.125);
  EXPECT_EQ(trials.items[4].items[0].value.number(), 8);
  EXPECT_EQ(json->find("pairs")->items[0].find("pairs")->value.number(), 2);
}

TEST(CurvesCsv, QuotesWhatNeedsIt) {
  const std::string csv = curves_csv(two_curves("a,\"b\""));
  EXPECT_THAT(csv, HasSubstr("trials,1,fast,8.125,"));
  EXPECT_THAT(csv, HasSubstr("\ntime_s,3,\"a,\"\"b\"\"\",4,"));
}

}  // namespace
}  // namespace luthier
