#include "core/log/canonical_export.h"

#include <sstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace luthier {
namespace {

using nlohmann::json;

class Log {
 public:
  template <class Body>
  Log& operator<<(Body body) {
    canonical_.take({++sequence_, sequence_ * 17, std::move(body)});
    return *this;
  }
  Log& result(std::int64_t trial, std::int64_t attempt, std::int64_t iteration, double loss) {
    *this << ResultReported{{trial}, attempt, iteration, {{"loss", loss}}};
    return *this << DecisionMade{
               {trial},
               iteration,
               {.kind = DecisionKind::proceed, .reason = "as \"told\"", .numbers = {{"rung", 1}}},
               "asha",
               1};
  }
  std::string text() const { return canonical_.text(); }
  std::vector<json> lines() const {
    std::istringstream in(canonical_.text());
    std::vector<json> lines;
    for (std::string line; std::getline(in, line);) {
      lines.push_back(json::parse(line));
    }
    return lines;
  }

 private:
  Sequence sequence_ = 0;
  CanonicalExport canonical_;
};

TrialAdded added(std::int64_t trial, double lr) {
  return {.trial = {trial}, .config = {{"lr", lr}}, .proposed_by = "random"};
}

TEST(CanonicalExport, ATrialIsOneLineWithEverythingThatEqualRunsShare) {
  Log log;
  log << added(0, 0.5) << TrialChosen{{.trial = {0}}, "asha", 1}
      << AttemptStarted{.trial = {0}, .attempt = 1, .segment = 1};
  log.result(0, 1, 1, 3.5).result(0, 1, 2, std::nan(""));
  log << TrialEnded{{0}, TrialState::stopped, "worse than half"};
  EXPECT_EQ(log.text(),
            R"({"trial": 0, "proposed_by": "random", "config": {"lr": 0.5}, "segments": )"
            R"([{"config": {"lr": 0.5}, "from": null, "results": )"
            R"([{"iteration": 1, "metrics": {"loss": 3.5}}, )"
            R"({"iteration": 2, "metrics": {"loss": "NaN"}}], "decisions": )"
            R"([{"iteration": 1, "decision": "continue", "reason": "as \"told\"", )"
            R"("numbers": {"rung": 1.0}, "by": "asha"}, )"
            R"({"iteration": 2, "decision": "continue", "reason": "as \"told\"", )"
            R"("numbers": {"rung": 1.0}, "by": "asha"}]}], )"
            R"("state": "stopped", "reason": "worse than half"})"
            "\n");
}

TEST(CanonicalExport, ACrashAndAResumeLeaveNoTrace) {
  Log smooth;
  smooth << added(0, 0.5) << AttemptStarted{.trial = {0}, .attempt = 1, .segment = 1};
  smooth.result(0, 1, 1, 3).result(0, 1, 2, 2);
  smooth << TrialEnded{{0}, TrialState::completed, "returned after 2 results"};

  Log crashed;
  crashed << ControllerStarted{"here", 1, 1} << added(0, 0.5)
          << AttemptStarted{.trial = {0}, .attempt = 1, .segment = 1};
  crashed.result(0, 1, 1, 3);
  crashed << ControllerStarted{"there", 2, 1}
          << AttemptEnded{{0}, 1, Outcome::lost, "the controller went away", 0}
          << TrialRequeued{{0}, 0, "was running", false}
          << TrialChosen{{.trial = {0}, .reason = "was running"}, "engine", 0}
          << AttemptStarted{.trial = {0}, .attempt = 2, .segment = 1} << ResultRepeated{{0}, 2, 1};
  crashed.result(0, 2, 2, 2);
  crashed << TrialEnded{{0}, TrialState::completed, "returned after 2 results"}
          << ControllerStopped{true, "all 1 trial ended"};
  EXPECT_EQ(crashed.text(), smooth.text());
}

TEST(CanonicalExport, WhetherATrialEndedBeforeItWasStoppedLeavesNoTrace) {
  const auto log_of = [](TrialState state, const std::string& reason) {
    Log log;
    log << added(0, 0.5) << AttemptStarted{.trial = {0}, .attempt = 1, .segment = 1}
        << ResultReported{{0}, 1, 1, {{"loss", 1.0}}}
        << DecisionMade{{0},
                        1,
                        {.kind = DecisionKind::stop, .reason = "worse than half"},
                        "asha",
                        1}
        << TrialEnded{{0}, state, reason};
    return log.text();
  };
  const std::string stopped = log_of(TrialState::stopped, "worse than half");
  EXPECT_EQ(log_of(TrialState::completed, "ran to its end before it could be stopped"), stopped);
  EXPECT_NE(stopped.find(R"("state": "stopped", "reason": "worse than half")"), std::string::npos);
}

TEST(CanonicalExport, WhatWasMeasuredOrUnderstoodLeavesNoTrace) {
  const auto log_of = [](bool measured) {
    Log log;
    log << added(0, 0.5) << AttemptStarted{.trial = {0}, .attempt = 1, .segment = 1};
    if (measured) {
      log << OutputUnderstood{"loss is loss"};
      log << ResultReported{
          {0}, 1, 1, {{"loss", 1.0}, {"wall_s", 2.0}, {"cpu_s", 1.0}, {"max_rss_bytes", 7}}};
    } else {
      log << ResultReported{{0}, 1, 1, {{"loss", 1.0}}};
    }
    log << AttemptEnded{{0}, 1, Outcome::returned, "", 0, {measured ? 2.0 : 0.0, 1.0, 7}}
        << TrialEnded{{0}, TrialState::completed, "returned after 1 result"};
    return log.text();
  };
  EXPECT_EQ(log_of(true), log_of(false));
}

TEST(CanonicalExport, ACloneNamesItsDonorByTrialAndIteration) {
  for (const std::int64_t id : {7, 9}) {  // a crash may shift checkpoint numbers
    Log log;
    log << added(0, 0.5) << added(1, 0.25)
        << AttemptStarted{.trial = {1}, .attempt = 1, .segment = 1};
    log.result(1, 1, 1, 9);
    log << CheckpointCommitted{{id}, {0}, 4, "somewhere", 10}
        << TrialPaused{{1}, "exploits 0", false}
        << TrialChosen{
               {.trial = {1}, .config = Config{{"lr", 0.6}}, .checkpoint = CheckpointId{id}},
               "pbt",
               1};
    EXPECT_EQ(log.lines()[1]["state"], "paused");
    log << AttemptStarted{.trial = {1}, .attempt = 2, .segment = 2, .checkpoint = {id}};
    log.result(1, 2, 5, 1);
    const json clone = log.lines()[1];
    EXPECT_EQ(clone["config"], json({{"lr", 0.25}}));
    ASSERT_EQ(clone["segments"].size(), 2);
    EXPECT_EQ(clone["segments"][0]["config"], json({{"lr", 0.25}}));
    EXPECT_EQ(clone["segments"][1]["config"], json({{"lr", 0.6}}));
    EXPECT_EQ(clone["segments"][1]["from"], json({{"trial", 0}, {"iteration", 4}}));
    EXPECT_EQ(clone["segments"][1]["results"][0]["iteration"], 5);
    EXPECT_EQ(clone["state"], "running");
  }
}

TEST(CanonicalExport, TrialsAreInOrderOfTheirIds) {
  Log log;
  log << added(2, 1) << added(0, 1) << added(10, 1);
  const auto lines = log.lines();
  ASSERT_EQ(lines.size(), 3);
  EXPECT_EQ(lines[0]["trial"], 0);
  EXPECT_EQ(lines[1]["trial"], 2);
  EXPECT_EQ(lines[2]["trial"], 10);
  EXPECT_EQ(lines[2]["state"], "pending");
}

}  // namespace
}  // namespace luthier
