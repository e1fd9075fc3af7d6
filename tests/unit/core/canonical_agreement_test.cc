#include "core/log/canonical_agreement.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace luthier {
namespace {

using ::testing::HasSubstr;

std::string trial(int id,
                  const std::string& loss,
                  const std::string& reason = "returned",
                  const std::string& config = "{\"x\": 0.5}") {
  std::string words = loss;  // without the quotes of "NaN"
  std::erase(words, '"');
  return "{\"trial\": " + std::to_string(id) +
         ", \"proposed_by\": \"random\", \"config\": " + config +
         ", \"segments\": [{\"config\": " + config +
         ", \"from\": null, \"results\": [{\"iteration\": 1, \"metrics\": {\"loss\": " + loss +
         "}}], \"decisions\": [{\"iteration\": 1, \"decision\": \"continue\", \"reason\": \"loss " +
         words + "\", \"numbers\": {\"loss\": " + loss +
         "}, \"by\": \"asha\"}]}], \"state\": \"completed\", \"reason\": \"" + reason + "\"}\n";
}

Agreement agreement(const std::string& first, const std::string& second, double tolerance = 0) {
  auto result = CanonicalAgreement(tolerance).compare(first, second);
  EXPECT_TRUE(result.ok()) << result.error().message;
  return result ? *result : Agreement();
}

TEST(CanonicalAgreement, CountsWhatItCompares) {
  const std::string both = trial(0, "1.5") + trial(1, "\"NaN\"");
  const Agreement same = agreement(both, both);
  EXPECT_EQ(same.trials, 2);
  EXPECT_EQ(same.configurations, 2);
  EXPECT_EQ(same.results, 2);
  EXPECT_EQ(same.decisions, 2);
  EXPECT_EQ(same.differences, 0);
  EXPECT_EQ(same.first_difference, "");
}

TEST(CanonicalAgreement, NamesTheFirstDifference) {
  const Agreement result = agreement(trial(0, "1.5"), trial(0, "1.53"));
  EXPECT_EQ(result.differences, 2);  // the metric and the decision that rests on it
  EXPECT_EQ(result.first_difference, "trial 0, iteration 1: metrics was loss 1.5 and is loss 1.53");
  EXPECT_NEAR(result.largest_deviation, 0.03 / 1.53, 1e-12);
}

TEST(CanonicalAgreement, MetricsMayDeviateByTheTolerance) {
  EXPECT_EQ(agreement(trial(0, "1.5"), trial(0, "1.53"), 0.02).differences, 0);
  EXPECT_EQ(agreement(trial(0, "1.5"), trial(0, "1.53"), 0.019).differences, 2);
  EXPECT_EQ(agreement(trial(0, "0"), trial(0, "1e-300"), 0.5).differences, 2);
  EXPECT_EQ(agreement(trial(0, "\"NaN\""), trial(0, "1"), 0.5).differences, 2);
  EXPECT_EQ(agreement(trial(0, "\"Infinity\""), trial(0, "\"Infinity\"")).differences, 0);
}

TEST(CanonicalAgreement, ConfigurationsMayNot) {
  const Agreement result = agreement(trial(0, "1", "returned", "{\"x\": 0.5}"),
                                     trial(0, "1", "returned", "{\"x\": 0.5000001}"),
                                     0.1);
  EXPECT_EQ(result.differences, 2);  // proposed, and that of the segment
  EXPECT_THAT(result.first_difference, HasSubstr("config was x 0.5 and is x 0.5000001"));
}

TEST(CanonicalAgreement, LargeIntegersAreExact) {
  EXPECT_EQ(agreement(trial(0, "9007199254740993"), trial(0, "9007199254740992")).differences, 2);
}

TEST(CanonicalAgreement, SeesMissingTrialsAndReasons) {
  EXPECT_EQ(agreement(trial(0, "1") + trial(1, "1"), trial(0, "1")).first_difference,
            "trial 1 is missing");
  EXPECT_EQ(agreement(trial(0, "1"), trial(0, "1") + trial(1, "1")).first_difference,
            "trial 1 was not there before");
  EXPECT_THAT(agreement(trial(0, "1", "a"), trial(0, "1", "b")).first_difference,
              HasSubstr("ended because of 'a' and now of 'b'"));
}

TEST(CanonicalAgreement, RefusesWhatIsNoExport) {
  const auto result = CanonicalAgreement(0).compare(trial(0, "1") + "{nonsense\n", "");
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code, ErrorCode::corruption);
  EXPECT_THAT(result.error().message, HasSubstr("line 2"));
}

}  // namespace
}  // namespace luthier
