// What the console shows, folded from the events. Memory: one byte for each trial, and more only
// for those that have not ended.
#pragma once

#include <array>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/state/requirement_watch.h"
#include "loggers/console/console_ranking.h"
#include "luthier/event.h"
#include "luthier/experiment_spec.h"
#include "luthier/space.h"

namespace luthier {

// What the console needs of an ExperimentSpec.
struct ConsoleSubject {
  std::string name;
  std::vector<Objective> objectives;
  std::vector<Parameter> parameters;
  std::int64_t samples = 0;
  double time_budget_s = 0;
  Score score = {};  // its best is what `best` lists
  Requirements requirements = {};
  std::string logs_command = {};  // shows a trial's output; empty: nothing does
};
ConsoleSubject subject_of(const ExperimentSpec& spec, std::string logs_command);

class ConsoleState {
 public:
  explicit ConsoleState(ConsoleSubject subject);

  using Best = ConsoleBest;
  struct Running {
    std::int64_t attempt = 0;
    std::int64_t iteration = 0;
    std::optional<double> value;  // last one of the first objective
    TimePoint started = 0;
  };
  struct Failure {
    TrialId trial;
    std::int64_t attempt = 0;  // 0: the trial failed outside its attempts
    std::string message;
  };

  struct Stop {
    TrialId trial;
    std::string reason;
  };

  // Returns the failure that the event tells of, if this controller did not return its like before:
  // failures count as alike when their messages differ in digits only. At most kFailuresShown are
  // returned.
  std::optional<Failure> apply(const Event& event);
  static constexpr std::size_t kFailuresShown = 5;

  // Parameters of ended trials are forgotten: one that is tried again has to be told once more.
  bool knows(TrialId trial) const { return parameters_.contains(trial); }
  void learn(TrialId trial, const Config& config) {
    parameters_[trial] = text_of(config);
    watch_.begin(trial, config);
  }

  const ConsoleSubject& subject() const { return subject_; }
  std::int64_t count(TrialState state) const { return counts_[static_cast<std::size_t>(state)]; }
  std::int64_t ended() const;
  std::optional<std::int64_t> total() const;  // trials in the end, where that is known
  const std::optional<Best>& best(std::size_t objective) const { return best_[objective]; }
  const std::map<TrialId, Running>& running() const { return running_; }
  const std::string& parameters(TrialId trial) const;  // of a trial that has not ended
  // The trials that were stopped last, the latest first.
  const std::deque<Stop>& stops() const { return stops_; }
  static constexpr std::size_t kStopsKept = 3;
  std::int64_t improvements() const { return improvements_; }
  std::int64_t failed_attempts() const { return failed_attempts_; }
  std::int64_t failures_returned() const { return failures_returned_; }
  std::int64_t jobs() const { return jobs_; }
  double elapsed_s(TimePoint now) const;  // of this controller
  // From the pace of this controller so far, or until the time budget ends; nothing before the
  // first trial ended or where no end is known.
  std::optional<double> left_s(TimePoint now) const;
  const std::optional<ControllerStopped>& stopped() const { return stopped_; }

 private:
  void on(const ControllerStarted& started, TimePoint time);
  void on(const TrialAdded& added, TimePoint time);
  void on(const TrialChosen& chosen, TimePoint time);
  void on(const AttemptStarted& started, TimePoint time);
  void on(const ResultReported& result, TimePoint time);
  void on(const AttemptEnded& ended, TimePoint time);
  void on(const TrialPaused& paused, TimePoint time);
  void on(const TrialRequeued& requeued, TimePoint time);
  void on(const TrialEnded& ended, TimePoint time);
  void on(const LimitsChanged& limits, TimePoint time);
  void on(const ControllerStopped& stopped, TimePoint time);
  template <class Other>
  void on(const Other& /*event*/, TimePoint /*time*/) {}
  void rank(const ResultReported& result);
  void fail(TrialId trial, std::int64_t attempt, const std::string& message);
  void set_state(TrialId trial, TrialState state);
  std::string text_of(const Config& config) const;

  ConsoleSubject subject_;
  RequirementWatch watch_;
  std::set<std::string> hidden_;  // constants
  std::int64_t cells_ = 1;
  std::vector<TrialState> states_;
  std::array<std::int64_t, 6> counts_{};
  std::unordered_map<TrialId, std::string> parameters_;
  std::map<TrialId, Running> running_;
  std::deque<Stop> stops_;
  std::vector<std::optional<Best>> best_;
  std::optional<ConsoleRanking> ranking_;  // where a trial's score may get worse
  std::int64_t improvements_ = 0;
  std::int64_t failed_attempts_ = 0;
  std::int64_t failures_returned_ = 0;
  std::set<std::string> seen_failures_;
  std::optional<TrialId> failing_;  // its attempt failed; what follows is not told yet
  std::optional<Failure> failure_;
  std::int64_t jobs_ = 0;
  TimePoint started_ = 0;
  std::int64_t ended_before_ = 0;
  std::optional<ControllerStopped> stopped_;
};

}  // namespace luthier
