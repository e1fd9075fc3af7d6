// What is worth telling: decided from scripted logs.
#include "tuner/notifications/notification_rules.h"

#include <algorithm>
#include <limits>

#include <gtest/gtest.h>

#include "core/json.h"
#include "support/scripted_log.h"

namespace luthier {
namespace {

using test::ScriptedLog;

constexpr TimePoint kMinute = 60'000'000;

struct Told {
  explicit Told(double stalled_s = 0)
      : rules({.experiment = {.name = "exp", .objectives = {{"loss", Mode::min}}, .samples = 20},
               .directory = "/there",
               .stalled_s = stalled_s}) {}

  // The events of the log that it has not seen.
  Told& feed(const ScriptedLog& log) {
    for (; seen < log.events().size(); ++seen) {
      if (auto one = rules.apply(log.events()[seen])) {
        all.push_back(*std::move(one));
      }
    }
    return *this;
  }
  std::vector<std::string> kinds() const {
    std::vector<std::string> names;
    for (const auto& each : all) {
      names.emplace_back(to_text(each.kind));
    }
    return names;
  }

  NotificationRules rules;
  std::size_t seen = 0;
  std::vector<Notification> all;
};

ScriptedLog begun() {
  ScriptedLog log;
  log.create();
  log.add(ControllerStarted{"here", 1, 2});
  return log;
}

void run_trial(ScriptedLog& log, std::int64_t id, double loss) {
  log.trial(id, {{"lr", 0.5}}).start(id).result(id, 1, {{"loss", loss}}).end(id);
}

void fail_trial(ScriptedLog& log, std::int64_t id, const std::string& why = "exit status 1") {
  log.trial(id, {{"lr", 0.5}}).start(id);
  log.add(AttemptEnded{.trial = {id}, .attempt = 1, .outcome = Outcome::failed, .message = why});
  log.add(TrialEnded{{id}, TrialState::failed, why});
}

using Names = std::vector<std::string>;

TEST(NotificationRules, EveryNewBestAndTheEnd) {
  ScriptedLog log = begun();
  run_trial(log, 0, 0.5);
  run_trial(log, 1, 0.75);
  run_trial(log, 2, 0.25);
  log.add(ControllerStopped{true, "all 3 trials ended"});
  Told told;
  told.feed(log);
  ASSERT_EQ(told.kinds(), (Names{"improved", "improved", "done"}));
  EXPECT_EQ(told.all[0].message, "exp has a new best: loss 0.5 in trial 0");
  EXPECT_EQ(told.all[1].message, "exp has a new best: loss 0.25 in trial 2 (was 0.5)");
  EXPECT_EQ(told.all[2].message, "exp is done: best loss 0.25 in trial 2 after 3 trials");
  EXPECT_EQ(told.all[2].sequence, log.last());
  const auto json = parse_json(told.all[2].json);
  ASSERT_TRUE(json.ok()) << told.all[2].json;
  EXPECT_EQ(*json->find("event")->value.text(), "done");
  EXPECT_EQ(json->find("sequence")->value.integer(), log.last());
  EXPECT_EQ(*json->find("directory")->value.text(), "/there");
  EXPECT_EQ(json->find("trials")->find("completed")->value.integer(), 3);
  EXPECT_EQ(json->find("best")->items[0].find("trial")->value.integer(), 2);
}

TEST(NotificationRules, ANaNIsNoBest) {
  ScriptedLog log = begun();
  run_trial(log, 0, std::numeric_limits<double>::quiet_NaN());
  log.add(ControllerStopped{true, "the only trial ended"});
  Told told;
  told.feed(log);
  ASSERT_EQ(told.kinds(), (Names{"failed"}));
  EXPECT_EQ(told.all[0].message, "exp failed after 1 trial: no trial gave a result");
}

TEST(NotificationRules, ResultsOfTrialsThatAllFailedAreNoSuccess) {
  ScriptedLog log = begun();
  log.trial(0, {{"lr", 0.5}}).start(0).result(0, 1, {{"loss", 0.5}});
  log.add(TrialEnded{{0}, TrialState::failed, "exit status 1"});
  log.add(ControllerStopped{true, "the only trial ended"});
  Told told;
  told.feed(log);
  ASSERT_EQ(told.kinds(), (Names{"improved", "failed"}));
  EXPECT_EQ(told.all[1].message, "exp failed after 1 trial, 1 failed: no trial succeeded");
}

TEST(NotificationRules, AnInterruptedRunTellsNothing) {
  ScriptedLog log = begun();
  run_trial(log, 0, 0.5);
  log.add(ControllerStopped{false, "interrupted"});
  EXPECT_EQ(Told().feed(log).kinds(), (Names{"improved"}));
}

TEST(NotificationRules, HalfOfTheTrialsFailOnce) {
  ScriptedLog log = begun();
  Told told;
  for (int i = 0; i < 4; ++i) {
    fail_trial(log, i);
  }
  EXPECT_TRUE(told.feed(log).all.empty()) << "few failures say nothing";
  fail_trial(log, 4, "exit status 1\nTraceback\x1b[31m");
  ASSERT_EQ(told.feed(log).kinds(), (Names{"failed"}));
  EXPECT_EQ(told.all[0].message,
            "exp loses its trials: 5 of the 5 that have ended failed, the last because exit "
            "status 1");
  for (int i = 5; i < 9; ++i) {
    fail_trial(log, i);
  }
  EXPECT_EQ(told.feed(log).all.size(), 1U);
}

TEST(NotificationRules, ALimitOnFailuresIsNamed) {
  for (const bool finished : {true, false}) {
    ScriptedLog log = begun();
    run_trial(log, 0, 0.5);
    fail_trial(log, 1);
    log.add(LimitReached{finished ? "max_failures" : "failing_early", {-1}, "more than 0 failed"});
    log.add(ControllerStopped{finished, "more than 0 failed"});
    Told told;
    told.feed(log);
    ASSERT_EQ(told.kinds(), (Names{"improved", "failed"}));
    EXPECT_EQ(told.all[1].message,
              std::string("exp ") + (finished ? "failed" : "was interrupted") +
                  " after 2 trials, 1 failed: more than 0 failed");
  }
}

TEST(NotificationRules, ATimeBudgetIsNoFailure) {
  ScriptedLog log = begun();
  run_trial(log, 0, 0.5);
  log.add(LimitReached{"time_budget", {-1}, "the time budget is over"});
  log.add(ControllerStopped{true, "the time budget is over"});
  EXPECT_EQ(Told().feed(log).kinds(), (Names{"improved", "done"}));
}

TEST(NotificationRules, StallsOnceUntilSomethingIsHeard) {
  ScriptedLog log = begun();
  run_trial(log, 0, 0.5);
  Told told(60);
  told.feed(log);
  const auto at = [&](TimePoint after) { return told.rules.on_time(true, log.now() + after); };
  EXPECT_FALSE(at(kMinute - 1));
  const auto first = at(kMinute);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->message, "exp has stalled: no result for 1m 00s; 1 of 20 trials ended");
  EXPECT_FALSE(at(10 * kMinute)) << "told once";
  log.trial(1, {{"lr", 0.5}}).start(1).result(1, 1, {{"loss", 0.75}}, DecisionKind::proceed, 700);
  told.feed(log);
  EXPECT_FALSE(at(kMinute - 1));
  EXPECT_TRUE(at(kMinute));
}

TEST(NotificationRules, NobodyWaitsForPausedTrials) {
  ScriptedLog log = begun();
  run_trial(log, 0, 0.5);
  Told told(60);
  told.feed(log);
  EXPECT_FALSE(told.rules.on_time(false, log.now() + 99 * kMinute));
}

TEST(NotificationRules, PatienceFollowsTheLongestWait) {
  ScriptedLog log = begun();
  Told told;
  told.feed(log);
  EXPECT_FALSE(told.rules.on_time(true, log.now() + 59 * kMinute)) << "before the first result";
  log.trial(0, {{"lr", 0.5}})
      .start(0)
      .result(0, 1, {{"loss", 1.0}}, DecisionKind::proceed, 20 * 60);
  told.feed(log);
  EXPECT_FALSE(told.rules.on_time(true, log.now() + 59 * kMinute));
  EXPECT_TRUE(told.rules.on_time(true, log.now() + 60 * kMinute));
  // A new controller knows nothing of how often the one before it heard something.
  log.add(ControllerStarted{"here", 2, 2});
  log.trial(1, {{"lr", 0.5}}).start(1).result(1, 1, {{"loss", 1.0}}, DecisionKind::proceed, 1);
  told.feed(log);
  EXPECT_FALSE(told.rules.on_time(true, log.now() + 9 * kMinute));
  EXPECT_TRUE(told.rules.on_time(true, log.now() + 10 * kMinute));
}

TEST(NotificationRules, MessagesAreOneLineWithoutControlCharacters) {
  ScriptedLog log = begun();
  for (int i = 0; i < 5; ++i) {
    fail_trial(log, i, "$(touch x) '\"\x1b]0;t\x07\xff\n" + std::string(5000, 'y'));
  }
  Told told;
  told.feed(log);
  ASSERT_EQ(told.all.size(), 1U);
  for (const std::string* text : {&told.all[0].message, &told.all[0].json}) {
    EXPECT_TRUE(std::ranges::none_of(*text, [](char c) {
      return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
    })) << *text;
    EXPECT_LT(text->size(), 2000U);
  }
}

}  // namespace
}  // namespace luthier
