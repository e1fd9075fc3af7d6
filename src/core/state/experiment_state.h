// ExperimentState: the fold of an experiment's log. Live state, the state after a crash and the
// state a reader shows are all this: apply every event in order. Compact: an ended trial costs a
// few hundred bytes, whatever it reported.
#pragma once

#include <array>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/space/shared_space.h"
#include "core/state/requirements.h"
#include "core/state/trial_score.h"
#include "luthier/error.h"
#include "luthier/event.h"
#include "luthier/experiment_spec.h"
#include "luthier/experiment_view.h"

namespace luthier {

// How a trial's current attempt will end, once decided.
enum class Ending : std::uint8_t { none, pause, hold, stop, complete };

struct CheckpointRecord {
  TrialId trial;
  std::int64_t segment = 0;
  std::int64_t training_iteration = 0;
  std::string directory;  // relative to the experiment's directory
  double loss = 0;        // of the first objective at that iteration; +infinity if unknown
  int clones = 0;         // trials started from it that have no checkpoint of their own yet
};

// What only a trial that has not ended needs.
struct LiveTrial {
  Resources resources;
  std::vector<Reply> decisions;          // of the current segment, those that are not `continue`
  std::optional<CheckpointId> borrowed;  // another trial's, until the first own one
  std::optional<CheckpointId> restored;  // what the newest attempt went on from
  std::int64_t segment_base = 0;         // the iteration at which the segment began
  std::optional<Choice> choice;          // accepted, the attempt has not started yet
  std::int64_t overtaken = 0;            // attempts that started while this one waited for room
  Ending ending = Ending::none;
  std::string ending_reason;
  bool held = false;             // paused by a person
  bool stop_requested = false;   // by a person, a rule or a limit
  bool stop_is_rule = false;     // it met the user's own rule: completed
  bool pause_requested = false;  // by a person
  std::string request_reason;
  TimePoint not_before = 0;       // of a retry
  std::int64_t resumed_past = 0;  // decisions up to this iteration are history
  TimePoint attempt_started = 0;
  std::string devices;
  std::deque<double> recent_losses;  // of the plateau rule's metric
  std::int64_t last_checkpoint_iteration = 0;
  TrialScore score;              // of the current segment
  NamedValues required;          // what its requirements are judged by, of the current segment
  std::vector<double> excess;    // of its last result (TrialResult)
  std::int64_t exit_status = 0;  // of the attempt that ended last
};

// One of the first trials that ended under the controller that runs now.
struct EarlyEnd {
  TrialId trial;
  TimePoint lasted = 0;          // its last attempt
  std::int64_t exit_status = 0;  // of it
};

struct TrialRecord {
  TrialState state = TrialState::pending;
  std::string config;  // encoded
  std::string last;    // encoded metrics of the last result
  // What the trial is ranked by (Score): its best result, unless the spec says otherwise.
  std::string best;            // encoded metrics; empty: same as last
  std::string best_config;     // encoded configuration of that result; empty: same as config
  double best_loss = 0;        // of the first objective, ranked (ranked_loss.h)
  double violation = 0;        // of that result
  std::string unmet;           // what it misses, in words
  std::int64_t segment = 0;    // 0 before the first attempt
  std::int64_t iteration = 0;  // last reported in the segment, or where the segment began
  std::int64_t results = 0;    // reported in all; none of a known result's
  std::int64_t repeated = 0;
  std::int32_t attempts = 0;
  std::int32_t failures = 0;
  std::int32_t exit_status = 0;           // of its last attempt
  std::uint32_t proposed_by = 0;          // index into proposers()
  bool objective_reported = false;        // in any result
  std::vector<CheckpointId> checkpoints;  // committed and kept, oldest first
  std::string reason;                     // why it ended, waits or is paused
  TimePoint added = 0;
  TimePoint changed = 0;            // last event about it
  Measured measured;                // of its last attempt
  std::unique_ptr<LiveTrial> live;  // absent once ended
};

class ExperimentState final : public ExperimentView {
 public:
  ExperimentState() = default;
  // The space of the experiment that will be created, where it is compiled already.
  void expect(SharedSpace space) { expected_space_ = std::move(space); }

  // Adds the next event, if check_event allows it; else corruption, and nothing has changed. The
  // first event must be ExperimentCreated.
  Result<> apply(const Event& event);

  // ---- ExperimentView
  const CompiledSpace& space() const override { return *space_; }
  std::span<const Objective> objectives() const override { return spec_.objectives; }
  std::uint64_t seed() const override { return spec_.seed; }
  std::int64_t trial_count() const override { return static_cast<std::int64_t>(trials_.size()); }
  TrialState state(TrialId trial) const override { return record(trial).state; }
  Config config(TrialId trial) const override;
  std::int64_t iteration(TrialId trial) const override { return record(trial).iteration; }
  std::optional<CheckpointId> checkpoint(TrialId trial) const override;
  std::int64_t checkpoint_iteration(CheckpointId checkpoint) const override;
  bool can_run(TrialId trial) const override;
  std::optional<TrialId> first_pending() const override;
  std::optional<TrialId> first_paused() const override;
  std::int64_t running_count() const override;
  bool more_trials() const override;

  // ---- for the engine, the loggers and the readers
  bool created() const { return space_ != nullptr; }
  const ExperimentSpec& spec() const { return spec_; }
  // Whether the space is another one than in the first event.
  bool has_changed_space() const { return space_changed_; }
  Sequence sequence() const { return sequence_; }
  TimePoint time() const { return time_; }
  const TrialRecord& record(TrialId trial) const {
    return trials_[static_cast<std::size_t>(trial.value)];
  }
  // Trials 0 .. known_count() - 1 were known before the experiment: completed, with no attempt.
  std::int64_t known_count() const { return static_cast<std::int64_t>(spec_.known.size()); }
  bool is_known(TrialId trial) const { return trial.value >= 0 && trial.value < known_count(); }
  std::int64_t added_count() const { return trial_count() - known_count(); }
  // Of these: what people added while it ran, beside the points to try first.
  std::int64_t enqueued_count() const { return enqueued_; }
  // The trial of a request of that id that is in the log already, -1 where it was about the whole
  // experiment; nothing: there is none. Requests without an id are not told apart.
  std::optional<TrialId> requested(std::string_view id) const;
  bool has_trial(TrialId trial) const { return trial.value >= 0 && trial.value < trial_count(); }
  const std::string& proposer(TrialId trial) const { return proposers_[record(trial).proposed_by]; }
  Metrics last_metrics(TrialId trial) const;
  Metrics best_metrics(TrialId trial) const;  // what it is ranked by; empty: no finite loss yet
  Config best_config(TrialId trial) const;    // the configuration that was reported under
  // The result as searchers are told of it: with what the trial is ranked by, of its current
  // segment, for the objectives. Call after its event was applied.
  Metrics scored(TrialId trial, const Metrics& metrics) const;
  // By how much a live trial's last result misses each requirement, and what it is ranked by.
  const std::vector<double>& last_excess(TrialId trial) const { return record(trial).live->excess; }
  const std::vector<double>& ranked_excess(TrialId trial) const;
  std::vector<double> excess_of(const KnownResult& known) const {
    return requirements_.excess(judged_by(known));
  }
  const Requirements& requirements() const { return requirements_; }
  std::int64_t count(TrialState state) const { return counts_[static_cast<std::size_t>(state)]; }

  const std::set<TrialId>& running() const { return running_; }   // an attempt is out
  const std::set<TrialId>& pending() const { return pending_; }   // can run now
  const std::set<TrialId>& paused() const { return paused_; }     // can run now
  const std::vector<TrialId>& chosen() const { return chosen_; }  // waiting for room, in order
  const std::map<TimePoint, std::set<TrialId>>& delayed() const { return delayed_; }  // retries
  std::int64_t held_count() const { return held_; }

  // Of those that meet every requirement: the best by the first objective, and by all of them.
  std::optional<TrialId> best_trial() const;
  std::vector<TrialId> pareto_front() const;
  // Where none does: the one that misses them by least.
  std::optional<TrialId> nearest_trial() const;

  const std::map<CheckpointId, CheckpointRecord>& checkpoints() const { return checkpoints_; }
  CheckpointId next_checkpoint() const { return {last_checkpoint_.value + 1}; }

  // Samples x grid cells, or the points to try first if they are more; max when unlimited.
  std::int64_t samples_in_all() const;
  std::int64_t total_failed() const { return count(TrialState::failed); }
  double elapsed_s(TimePoint now) const;  // all controllers together
  double elapsed_s() const { return elapsed_s(time_); }
  TimePoint session_start() const { return session_start_; }
  bool search_ended() const { return search_ended_; }
  const std::string& search_end_reason() const { return search_end_reason_; }
  // A limit or a person ended the experiment: nothing new starts. Empty: none did.
  const std::string& closing_reason() const { return closing_reason_; }
  // Why this controller leaves before it has tried more; empty: it does not, or not for that.
  const std::string& early_failure() const { return early_failure_; }
  // The first trials that ended under this controller, at most kFirstEnds.
  const std::vector<EarlyEnd>& first_ends() const { return first_ends_; }
  static constexpr std::size_t kFirstEnds = 3;
  // Whether any trial ever reported one of the objectives.
  bool objective_seen() const { return objective_seen_; }
  bool finished() const { return finished_; }
  const std::string& end_reason() const { return end_reason_; }
  std::optional<std::pair<std::string, std::int64_t>> controller()
      const;  // host, pid of the last one
  std::int64_t jobs() const { return jobs_; }
  // What the metrics' names mean in the programs' output; empty: not decided.
  const std::string& understanding() const { return understanding_; }
  // Best losses of the experiment after each ended trial, for the experiment's plateau rule.
  const std::deque<double>& best_history() const { return best_history_; }

 private:
  struct Apply;
  Result<> create(const ExperimentCreated& created, TimePoint time);
  void change_space(Space space);
  TrialRecord& at(TrialId trial) { return trials_[static_cast<std::size_t>(trial.value)]; }
  void move_to(TrialId trial, TrialState state);
  void index(TrialId trial);  // into the set that its state and flags say
  void unindex(TrialId trial);
  void release_borrowed(LiveTrial& live);
  void forget_borrowed(CheckpointId checkpoint);
  void reopen(TrialId trial);
  void add_known(const KnownResult& known, TimePoint time);
  static void keep(const NamedValues& values, std::string& kept);
  void rank(TrialId trial, const Metrics& metrics);
  void rank_best(TrialRecord& record, const Metrics& metrics) const;
  void judge(TrialId trial, const Metrics& metrics);
  NamedValues judged_by(const KnownResult& known) const;
  void stand(TrialRecord& record, double loss, std::span<const double> excess) const;
  void place(TrialId trial, double loss_before);

  ExperimentSpec spec_;
  SharedSpace space_;  // null until the experiment is created
  SharedSpace expected_space_;
  std::deque<TrialRecord> trials_;  // never copied as it grows
  std::vector<std::string> proposers_;
  std::array<std::int64_t, 6> counts_{};
  std::set<TrialId> running_, pending_, paused_;
  std::vector<TrialId> chosen_;
  std::map<TimePoint, std::set<TrialId>> delayed_;
  std::map<CheckpointId, CheckpointRecord> checkpoints_;
  CheckpointId last_checkpoint_;
  Requirements requirements_;
  std::optional<TrialId> best_;                   // infeasible only where all are
  std::set<std::pair<double, TrialId>> ranking_;  // kept only where a trial's score may get worse
  std::vector<EarlyEnd> first_ends_;
  std::string early_failure_;
  bool objective_seen_ = false;
  std::deque<double> best_history_;
  std::map<std::string, TrialId, std::less<>> requests_;  // by id
  std::int64_t enqueued_ = 0;
  std::int64_t held_ = 0;
  Sequence sequence_ = 0;
  TimePoint time_ = 0;
  TimePoint session_start_ = 0;
  double earlier_sessions_s_ = 0;
  bool in_session_ = false;
  bool search_ended_ = false;
  bool space_changed_ = false;
  std::string search_end_reason_;
  std::string closing_reason_;
  bool finished_ = false;
  std::string end_reason_;
  std::string host_;
  std::int64_t pid_ = 0;
  std::int64_t jobs_ = 0;
  std::string understanding_;
};

}  // namespace luthier
