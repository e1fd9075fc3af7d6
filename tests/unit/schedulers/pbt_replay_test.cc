// PBT replay: a policy file followed exactly, and files that cannot be followed.
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/scheduler_stage.h"
#include "support/temporary_directory.h"

namespace luthier {
namespace {

using testing::HasSubstr;

std::string write_policy(const std::string& text) {
  static const TemporaryDirectory directory;
  const auto path =
      directory.path() /
      (std::string(testing::UnitTest::GetInstance()->current_test_info()->name()) + ".jsonl");
  std::ofstream(path) << text;
  return path.string();
}

TEST(PbtReplay, FollowsTheScheduleExactly) {
  const std::string path = write_policy(
      "{\"iteration\": 0, \"config\": {\"lr\": 0.1, \"units\": 8}}\n"
      "\n"
      "{\"iteration\": 3, \"config\": {\"lr\": 0.05, \"units\": 9}}\n"
      "{\"iteration\": 7, \"config\": {\"lr\": 0.02, \"units\": 9}}\n");
  std::vector<double> seen;
  StageOptions options{.samples = 1, .end_iteration = 9};
  options.curve = [&](TrialId, const Config& config, int) {
    seen.push_back(config.number("lr"));
    EXPECT_EQ(config.find("units")->data().index(), Value(8).data().index()) << "integers stay so";
    return 1.0;
  };
  SchedulerStage stage(make_scheduler("pbt_replay", {{"policy", path}}), options);
  ASSERT_TRUE(stage.run());
  EXPECT_EQ(stage.breaches(), std::vector<std::string>());
  EXPECT_EQ(seen, (std::vector<double>{0.1, 0.1, 0.1, 0.05, 0.05, 0.05, 0.05, 0.02, 0.02}));
  EXPECT_EQ(stage.trials()[0].decisions[2].reason,
            "the policy changes the configuration at iteration 3");
  EXPECT_EQ(stage.trials()[0].state, TrialState::completed);
}

TEST(PbtReplay, JumpsOverStepsToTheLatest) {
  const std::string path = write_policy(
      "{\"iteration\": 2, \"config\": {\"lr\": 0.2}}\n{\"iteration\": 4, \"config\": {\"lr\": "
      "0.4}}\n");
  SchedulerStage stage(make_scheduler("pbt_replay", {{"policy", path}}), {.samples = 1});
  stage.fill();
  EXPECT_EQ(stage.report({0}, 5, {{"loss", 1.0}}).kind, DecisionKind::pause);
  stage.finish_pause({0});
  stage.fill();
  EXPECT_EQ(stage.at({0}).config.number("lr"), 0.4);
}

std::string refusal(const std::string& text) {
  const auto result = try_make_scheduler("pbt_replay", {{"policy", write_policy(text)}});
  return result.ok() ? "accepted" : result.error().message;
}

TEST(PbtReplay, NamesWhatIsWrongWithAFile) {
  EXPECT_THAT(refusal(""), HasSubstr("has no line"));
  EXPECT_THAT(refusal("{\"iteration\": 1, \"config\": {}}\nnonsense\n"),
              HasSubstr("line 2 of the policy file"));
  EXPECT_THAT(refusal("{\"iteration\": 1.5, \"config\": {}}\n"), HasSubstr("is not of the form"));
  EXPECT_THAT(refusal("{\"iteration\": -1, \"config\": {}}\n"), HasSubstr("negative"));
  EXPECT_THAT(refusal("{\"iteration\": 2, \"config\": {}}\n{\"iteration\": 2, \"config\": {}}\n"),
              HasSubstr("not after the line before"));
  EXPECT_THAT(refusal("{\"iteration\": 2, \"config\": {\"a\": {\"b\": 1}}}\n"),
              HasSubstr("gives 'a' a value"));
  const auto absent = try_make_scheduler("pbt_replay", {});
  ASSERT_FALSE(absent.ok());
  EXPECT_THAT(absent.error().message, HasSubstr("needs option policy"));
  const auto missing = try_make_scheduler("pbt_replay", {{"policy", "no/such/file"}});
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().code, ErrorCode::not_found);
}

}  // namespace
}  // namespace luthier
