// SchedulerStage: a small engine on which any scheduler can be played. It follows the promises of
// scheduler.h: results in order, a pause that takes a while to save, choices asked when there is
// room, trials added when there is none, failures, retries, and the end of paused trials that
// nothing resumes. It checks what a scheduler owes in return and counts every breach.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "luthier/compiled_space.h"
#include "luthier/rng.h"
#include "luthier/scheduler.h"

namespace luthier {

struct StageOptions {
  int samples = 8;
  int jobs = 1;
  int end_iteration = 1000000;  // a trial that reaches it returns by itself
  int retries = 0;
  double failure_probability = 0;  // at each report
  double nan_probability = 0;
  int largest_jump = 1;  // iterations between two reports: 1 .. this
  bool can_save = true;
  bool one_by_one = false;  // running trials report in turn instead of at random
  std::uint64_t seed = 1;
  std::int64_t step_limit = 2000000;
  std::vector<Objective> objectives = {{"loss", Mode::min}};
  const CompiledSpace* space = nullptr;  // trials are drawn from it; must outlive the stage
  // The trial's first objective at an iteration, the others are drawn; by default a fixed random
  // value for each trial.
  std::function<double(TrialId, const Config&, int iteration)> curve = {};
  // Of objective 1, 2, ... instead of a draw.
  std::function<double(TrialId, std::size_t objective)> further_curve = {};
  // By how much a result misses each requirement; none: there are no requirements.
  std::function<std::vector<double>(TrialId, const Metrics&)> judge = {};
};

struct StageTrial {
  TrialState state = TrialState::pending;
  Config config;
  std::int64_t iteration = 0;
  std::int64_t furthest = 0;  // the largest iteration ever reported
  std::optional<CheckpointId> checkpoint;
  int attempts = 0;
  bool saving = false;  // told to pause, not yet paused
  bool held = false;
  bool abandoned = false;  // ended because nothing resumed it
  std::vector<Decision> decisions;
};

class SchedulerStage : public ExperimentView {
 public:
  SchedulerStage(std::unique_ptr<TrialScheduler> scheduler, StageOptions options);

  // Runs until nothing is left to do, or the step limit; returns whether it came to an end.
  bool run();

  // Parts of run(), for tests that play by hand.
  TrialId add_trial();
  void fill();  // asks for choices until there is no room or no answer
  Decision report(TrialId trial, std::int64_t iteration, const Metrics& metrics);
  void finish_pause(TrialId trial);
  void end(TrialId trial, TrialState state);
  void set_state(TrialId trial, TrialState state);  // tells the scheduler nothing
  void hold(TrialId trial, bool held) { at(trial).held = held; }
  void stop_adding() { samples_left_ = 0; }

  const std::vector<StageTrial>& trials() const { return trials_; }
  StageTrial& at(TrialId trial) { return trials_[static_cast<std::size_t>(trial.value)]; }
  const std::vector<Choice>& choices() const { return choices_; }
  const std::vector<std::string>& breaches() const { return breaches_; }
  TrialScheduler& scheduler() { return *scheduler_; }
  // How often the scheduler has looked at a trial, and how often it was asked for an answer.
  std::int64_t looks() const { return looks_; }
  std::int64_t questions() const { return questions_; }
  // Everything decided, as text: equal for equal runs.
  std::string transcript() const;

  const CompiledSpace& space() const override;
  std::span<const Objective> objectives() const override { return options_.objectives; }
  std::uint64_t seed() const override { return options_.seed; }
  std::int64_t trial_count() const override { return static_cast<std::int64_t>(trials_.size()); }
  TrialState state(TrialId trial) const override {
    ++looks_;
    return get(trial).state;
  }
  Config config(TrialId trial) const override {
    ++looks_;
    return get(trial).config;
  }
  std::int64_t iteration(TrialId trial) const override {
    ++looks_;
    return get(trial).iteration;
  }
  std::optional<CheckpointId> checkpoint(TrialId trial) const override {
    ++looks_;
    return get(trial).checkpoint;
  }
  std::int64_t checkpoint_iteration(CheckpointId checkpoint) const override;
  bool can_run(TrialId trial) const override;
  std::optional<TrialId> first_pending() const override;
  std::optional<TrialId> first_paused() const override;
  std::int64_t running_count() const override { return running_ + pending_; }
  bool more_trials() const override { return samples_left_ > 0; }

 private:
  const StageTrial& get(TrialId trial) const {
    return trials_[static_cast<std::size_t>(trial.value)];
  }
  std::optional<TrialId> first_in(const std::set<TrialId>& waiting) const;
  std::set<TrialId>* waiting_in(TrialState state);
  void accept(const Choice& choice);
  void save(TrialId trial);
  void fail(TrialId trial);
  void step(TrialId trial);
  void breach(TrialId trial, const std::string& what);

  std::unique_ptr<TrialScheduler> scheduler_;
  StageOptions options_;
  Rng rng_;
  std::vector<StageTrial> trials_;
  std::vector<std::int64_t> checkpoints_;  // iteration of checkpoint 1, 2, ...
  std::vector<TrialId> active_;            // running, in order of start
  std::vector<Choice> choices_;
  std::vector<std::string> breaches_;
  std::int64_t samples_left_;
  std::int64_t running_ = 0;
  std::int64_t pending_ = 0;
  std::int64_t paused_ = 0;
  std::set<TrialId> waiting_[2];  // pending, paused
  std::int64_t steps_ = 0;
  mutable std::int64_t looks_ = 0;
  std::int64_t questions_ = 0;
};

// Builds a scheduler of the table; fails the program when the options are wrong.
std::unique_ptr<TrialScheduler> make_scheduler(std::string_view name,
                                               const NamedValues& options = {},
                                               const StageOptions& stage = {});
// As above, but gives back what make says.
Result<std::unique_ptr<TrialScheduler>> try_make_scheduler(std::string_view name,
                                                           const NamedValues& options,
                                                           const StageOptions& stage = {});

}  // namespace luthier
