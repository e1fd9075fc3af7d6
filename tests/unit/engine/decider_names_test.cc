// What a plugin is called, and what it calls the numbers that explain its decisions, changes
// nothing: a trial's state follows from the decision alone, now and when the log is read again.
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/log/canonical_export.h"
#include "core/log/event_codec.h"
#include "engine/plan.h"
#include "luthier/scheduler.h"
#include "luthier/searcher.h"
#include "tuner/plugin_registry.h"

namespace luthier::testing {
namespace {

// Answers every result alike, runs whatever can run, and ends paused trials.
class Scripted final : public TrialScheduler {
 public:
  explicit Scripted(Decision answer, std::optional<Choice> end = {})
      : answer_(std::move(answer)), end_(std::move(end)) {}
  Decision on_result(const ExperimentView& /*view*/,
                     TrialId /*trial*/,
                     const TrialResult&) override {
    return answer_;
  }
  std::optional<Choice> choose_trial_to_run(const ExperimentView& view) const override {
    if (const auto pending = view.first_pending()) {
      return Choice{.trial = *pending, .reason = "next"};
    }
    return view.first_paused() ? end_ : std::nullopt;
  }
  void on_choice(const ExperimentView& /*view*/, const Choice& choice) override {
    heard.push_back(choice.reason);
  }

  std::vector<std::string> heard;

 private:
  Decision answer_;
  std::optional<Choice> end_;
};

class OnePoint final : public Searcher {
 public:
  Suggestion suggest(const ExperimentView& /*view*/, TrialId /*trial*/) const override {
    return Proposal{.config = {{"x", 0.5}}};
  }
};

// One trial under the scripted scheduler.
class Stage {
 public:
  Stage(const std::string& name, std::unique_ptr<Scripted> scheduler)
      : scheduler_(scheduler.get()),
        advisors_({.searcher = name, .scheduler = name},
                  std::make_unique<OnePoint>(),
                  std::move(scheduler)) {
    spec_.name = "names";
    spec_.objectives = {{"loss", Mode::min}};
    spec_.space.add("x", uniform(0, 1));
    const auto resolved = PluginRegistry().resolve(spec_);
    EXPECT_TRUE(resolved.ok());
    rules_.emplace(*Rules::make(spec_));
    PlannerOptions options;
    options.inventory.cpu = 1;
    planner_.emplace(state_, advisors_, *rules_, options);
    planner_->create(spec_, "test");
    begin();
  }
  void begin() {
    planner_->begin("here", 1, {});
    planner_->schedule();
  }
  void report() {
    planner_->on_executor_event(Reported{id(), 1, {{"loss", 1.0}}});
    planner_->schedule();
  }
  void end(Outcome outcome) {
    planner_->on_executor_event(Ended{id(), outcome, "", 0});
    planner_->schedule();
  }
  TrialState trial() const { return state_.state({0}); }
  const std::vector<std::string>& heard() const { return scheduler_->heard; }
  // The log so far, through its bytes; `export_` gets it too.
  ExperimentState read_again(CanonicalExport& canonical) {
    ExperimentState again;
    for (const Event& event : planner_->events()) {
      std::string bytes;
      EXPECT_TRUE(encode(event.body, bytes).ok());
      Event read{event.sequence, event.time, {}};
      EXPECT_TRUE(decode(bytes, read.body).ok());
      canonical.take(read);
      EXPECT_TRUE(again.apply(read).ok());
    }
    return again;
  }

 private:
  AttemptId id() const { return {{0}, state_.record({0}).attempts}; }

  ExperimentSpec spec_;
  ExperimentState state_;
  std::optional<Rules> rules_;
  Scripted* scheduler_;
  Advisors advisors_;
  std::optional<Planner> planner_;
};

const std::vector<std::string> kNames = {
    "rule", "limit", "person", "engine", "points", "max_t", "own"};

TEST(DeciderNames, AStopEndsATrialAsItSays) {
  for (const std::string& name : kNames) {
    for (const bool completes : {false, true}) {
      for (const Numbers& numbers : {Numbers{}, Numbers{{"max_t", 9}}, Numbers{{name, 1}}}) {
        const Decision stop{.kind = DecisionKind::stop,
                            .reason = "enough",
                            .numbers = numbers,
                            .completes = completes};
        Stage stage(name, std::make_unique<Scripted>(stop));
        stage.report();
        CanonicalExport canonical;
        EXPECT_EQ(stage.read_again(canonical).record({0}).live->ending,
                  completes ? Ending::complete : Ending::stop);
        stage.end(Outcome::stopped);
        const TrialState expected = completes ? TrialState::completed : TrialState::stopped;
        EXPECT_EQ(stage.trial(), expected) << name << " " << numbers.size();
        CanonicalExport whole;
        EXPECT_EQ(stage.read_again(whole).state({0}), expected);
        EXPECT_NE(whole.text().find("\"state\": \"" + std::string(to_text(expected))),
                  std::string::npos)
            << whole.text();
      }
    }
  }
}

TEST(DeciderNames, AChoiceEndsATrialAsItSays) {
  for (const std::string& name : kNames) {
    for (const bool completes : {false, true}) {
      const Decision pause{.kind = DecisionKind::pause, .reason = "wait", .save = false};
      const Choice end{.trial = {0},
                       .kind = ChoiceKind::stop,
                       .reason = "enough",
                       .numbers = {{"max_t", 9}},
                       .completes = completes};
      Stage stage(name, std::make_unique<Scripted>(pause, end));
      stage.report();
      stage.end(Outcome::paused);
      const TrialState expected = completes ? TrialState::completed : TrialState::stopped;
      EXPECT_EQ(stage.trial(), expected) << name;
      CanonicalExport canonical;
      EXPECT_EQ(stage.read_again(canonical).state({0}), expected);
    }
  }
}

TEST(DeciderNames, ASchedulerHearsNoChoiceOfTheEngines) {
  for (const std::string& name : kNames) {
    Stage stage(name, std::make_unique<Scripted>(Decision{.reason = "on"}));
    stage.begin();  // the attempt is lost with its controller; the engine takes it up again
    EXPECT_EQ(stage.heard(), std::vector<std::string>{"next"}) << name;
  }
}

// Bytes of versions without the field end before it.
template <class Made>
Made read_older(const Made& made) {
  std::string bytes;
  EXPECT_TRUE(encode(made, bytes).ok());
  bytes.pop_back();
  EventBody body;
  EXPECT_TRUE(decode(bytes, body).ok());
  return std::get<Made>(body);
}

TEST(OlderLogs, StopsMeanWhatTheyMeantThen) {
  const auto decided = [](DecisionKind kind, Numbers numbers, std::string by) {
    return read_older(DecisionMade{{0}, 1, {kind, "why", std::move(numbers)}, std::move(by), 1})
        .decision.completes;
  };
  EXPECT_TRUE(decided(DecisionKind::stop, {}, "rule"));
  EXPECT_TRUE(decided(DecisionKind::stop, {{"rung", 1}, {"max_t", 9}}, "asha"));
  EXPECT_FALSE(decided(DecisionKind::stop, {{"rung", 1}}, "asha"));
  EXPECT_FALSE(decided(DecisionKind::pause, {{"max_t", 9}}, "asha"));
  const auto chosen = [](ChoiceKind kind, Numbers numbers) {
    return read_older(
               TrialChosen{{.trial = {0}, .kind = kind, .numbers = std::move(numbers)}, "rule", 1})
        .choice.completes;
  };
  EXPECT_TRUE(chosen(ChoiceKind::stop, {{"max_t", 9}}));
  EXPECT_FALSE(chosen(ChoiceKind::stop, {{"kept", 9}}));
  EXPECT_FALSE(chosen(ChoiceKind::run, {{"max_t", 9}}));
}

TEST(OlderLogs, JsonNamesTheFieldOnlyWhereTheyWouldMeanSomethingElse) {
  const auto says = [](bool completes, const std::string& by) {
    return to_json(Event{1,
                         1,
                         DecisionMade{
                             {0}, 1, {.kind = DecisionKind::stop, .completes = completes}, by, 0}})
        .find("\"completes\": ");
  };
  EXPECT_EQ(says(true, "rule"), std::string::npos);
  EXPECT_EQ(says(false, "own"), std::string::npos);
  EXPECT_NE(says(false, "rule"), std::string::npos);
  EXPECT_NE(says(true, "own"), std::string::npos);
}

}  // namespace
}  // namespace luthier::testing
