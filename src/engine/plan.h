// Planner: the engine's pure step. What executors, timers and people report goes in; events to
// commit and commands to perform come out. It touches no disk, clock, thread or process: loop.h
// does what the commands say, after the events are durable.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "core/log/log_words.h"
#include "core/state/experiment_state.h"
#include "engine/advisors.h"
#include "engine/control.h"
#include "engine/ledger.h"
#include "engine/rules.h"
#include "luthier/executor.h"

namespace luthier {

struct SendReply {
  AttemptId id;
  Reply reply;
};
struct Interrupt {
  AttemptId id;
  bool pause = false;
  bool save = false;
};
struct StartAttempt {
  StartRequest request;           // paths are filled in by the loop
  std::string restore_directory;  // relative; empty: from nothing
};
struct RemoveCheckpoint {
  std::string directory;  // relative to the experiment's directory
};
using Command = std::variant<SendReply, Interrupt, StartAttempt, RemoveCheckpoint>;

struct PlannerOptions {
  std::int64_t jobs = 1;
  Resources inventory;
  std::vector<std::string> gpus = {};               // their names; empty: 0, 1, 2, ...
  Resources beside_claim = {.cpu = 0};              // what a trial takes of it beside its own claim
  std::filesystem::path experiment_directory = {};  // checkpoints are named relative to it
  // Whether the user's own rule ends the trial after this result; may be empty.
  std::function<bool(TrialId, const TrialResult&)> stop_if = {};
  // Of what was understood of the output: a sentence where a metric is taken from another name than
  // its own, else empty. May be empty itself.
  std::function<std::string(const std::string& understanding)> other_names = {};
};

class Planner {
 public:
  // `state` and `advisors` have both absorbed the same log.
  Planner(ExperimentState& state, Advisors& advisors, const Rules& rules, PlannerOptions options);

  // ---- what happened; `now` is the time of the events that follow
  void set_time(TimePoint now) { now_ = now; }
  void create(const ExperimentSpec& spec, const std::string& version);
  // A controller takes over; `survivors` are the attempts its executor still has.
  void begin(const std::string& host, std::int64_t pid, const std::vector<AttemptId>& survivors);
  void on_executor_event(const ExecutorEvent& event);
  // The trial that it was about, or that was added; -1: the whole experiment. An error is the
  // answer to the person who asked; nothing happened then.
  Result<TrialId> on_control(const ControlRequest& request);
  void on_timers();
  // Stop starting, let running attempts save and leave; the experiment can be resumed.
  void leave(const std::string& reason);
  void leave_now();  // after leave: without waiting for attempts, which are lost
  // Before leave: notes what the first Ctrl-C leads to, and returns it. Empty: nothing runs, or it
  // was said.
  std::string answer_interrupt(std::string_view signal = "Ctrl-C");
  // 0: no more. `space`: from here on, where it changes.
  void extend(std::int64_t more_samples,
              double more_time_s,
              const std::optional<Space>& space = {});
  // Adds a trial that was not suggested; what its configuration leaves open is drawn. The error
  // says why there can be none.
  Result<TrialId> add_given(const Config& config);
  // The same where a person asks, of any experiment that is not ending: it is one of the samples,
  // or one more where all have been added.
  Result<TrialId> enqueue(const ControlRequest& request);
  // A failed trial is pending again.
  void retry(TrialId trial, const std::string& who, const std::string& id = {}) {
    emit(ControlRequested{std::string(to_text(RequestKind::retry)), trial, who, id});
  }
  void retry_all(const std::string& who);
  // Says that the controller is there, if nothing else has for most of a second.
  void beat();
  void note(std::string text) { emit(Note{std::move(text)}); }

  // Fills free capacity, or ends the experiment when nothing is left to do.
  void schedule();
  // For ask and tell, where the caller takes trials when it likes: how many may be out now. With 0
  // nothing starts and nothing ends for lack of work.
  void set_jobs(std::int64_t jobs) { options_.jobs = jobs; }
  bool left() const { return left_; }  // ControllerStopped was emitted
  bool leaving() const { return !leaving_.empty(); }
  TimePoint next_timer() const;  // when on_timers has something to do

  // ---- what to commit and then to perform
  std::vector<Event>& events() { return events_; }
  std::vector<Command>& commands() { return commands_; }

 private:
  std::optional<Decision> emit(EventBody body);
  void on_report(const Reported& reported);
  void on_checkpoint(const CheckpointWritten& written);
  void on_ended(const Ended& ended);
  void on_understood(const UnderstoodOutput& understood);
  void on_remark(const Remarked& remarked);
  void on_unusable(const Unusable& unusable);
  void after_attempt(TrialId trial, const Ended& ended);
  void after_return(TrialId trial, const Ended& ended);
  void after_pause(TrialId trial);
  void check_saved(TrialId trial);
  void see_metrics(const Metrics& metrics);
  void say_unseen(TrialId trial);
  std::string missing_objective(TrialId trial) const;
  void after_damage(TrialId trial, const std::string& message);
  std::optional<CheckpointId> to_go_on_from(TrialId trial) const;
  void after_failure(TrialId trial, const Ended& ended);
  void leave_if_failing_early(TrialId trial);
  void end_trial(TrialId trial, TrialState state, std::string reason);
  void answer(AttemptId id, Reply reply);
  void answer_repeated(const Reported& reported);
  void recover(TrialId trial);
  void close_with(Limit limit, std::string reason);
  void reach(Limit limit, std::string reason, TrialId trial = {-1});
  void interrupt(TrialId trial, bool pause);
  void interrupt_running(bool pause);
  void control_experiment(const ControlRequest& request);
  void control_trial(const ControlRequest& request);
  bool add_trial();
  Result<Proposal> completed(const Config& config);
  struct Proposer {
    std::string name;
    std::int64_t version = 0;
  };
  Proposer searcher() const;
  void add(Proposal proposal, Sequence seen, Proposer proposer);
  bool choose();
  void accept(Choice choice);
  bool start_waiting();
  void start(TrialId trial);
  void prune(TrialId trial);
  bool head_keeps_room() const;
  void fill();
  bool settle();
  void stop(bool finished, std::string reason);
  bool is_current(AttemptId id) const;

  ExperimentState& state_;
  Advisors& advisors_;
  const Rules& rules_;
  PlannerOptions options_;
  Ledger ledger_;
  TimePoint now_ = 0;
  std::string leaving_;
  bool left_ = false;
  bool searcher_waits_ = false;
  std::set<Remarked::About> said_;
  bool said_unsaved_ = false;          // that trials don't save: once is enough
  std::vector<MetricReading> unseen_;  // what no result had yet; looked at until a trial has ended
  std::vector<Event> events_;
  std::vector<Command> commands_;
};

}  // namespace luthier
