// What searchers and schedulers may know: the state of the experiment, the fold of its log so far.
// Read only; every call is O(log trials) or better. Valid for the duration of the call it is
// passed to.
#pragma once

#include <optional>
#include <span>

#include "luthier/compiled_space.h"
#include "luthier/trial.h"

namespace luthier {

class ExperimentView {
 public:
  virtual ~ExperimentView() = default;

  virtual const CompiledSpace& space() const = 0;
  virtual std::span<const Objective> objectives() const = 0;  // at least one
  virtual std::uint64_t seed() const = 0;

  // Trials are numbered 0 .. trial_count() - 1; the calls below take these.
  virtual std::int64_t trial_count() const = 0;
  virtual TrialState state(TrialId trial) const = 0;
  virtual Config config(TrialId trial) const = 0;  // the current one; decoded, so by value
  // Last training iteration the trial reported in its current segment; 0 before the first.
  virtual std::int64_t iteration(TrialId trial) const = 0;
  // The trial's newest committed checkpoint, and the training iteration it was taken at.
  virtual std::optional<CheckpointId> checkpoint(TrialId trial) const = 0;
  virtual std::int64_t checkpoint_iteration(CheckpointId checkpoint) const = 0;

  // True when the engine would start this trial if it were chosen now: pending (not waiting for a
  // retry's backoff) or paused (not held by a person), and not already chosen.
  virtual bool can_run(TrialId trial) const = 0;
  // Lowest-numbered trials that can run, by state.
  virtual std::optional<TrialId> first_pending() const = 0;
  virtual std::optional<TrialId> first_paused() const = 0;
  // Trials pending, running or chosen: those that will yet report without a further choice.
  virtual std::int64_t running_count() const = 0;
  // Whether further trials may still be added. While true, answering "nothing" from
  // choose_trial_to_run makes the engine add one and ask again.
  virtual bool more_trials() const = 0;
};

}  // namespace luthier
