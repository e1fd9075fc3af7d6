// TrialScheduler: the paper's scheduling API (Liaw et al. 2018, section 4.2). Facts in, decisions
// out: an implementation is a deterministic function of (options, seed, the calls it received). It
// keeps its own state in memory, writes nothing, reads no clock; after a crash it receives the same
// calls again from the log. All calls come from the engine thread.
#pragma once

#include <optional>

#include "luthier/decision.h"
#include "luthier/experiment_view.h"
#include "luthier/plugin.h"

namespace luthier {

class TrialScheduler {
 public:
  virtual ~TrialScheduler() = default;

  // A trial was added (state pending); its configuration is view.config(trial).
  virtual void on_trial_added(const ExperimentView& /*view*/, TrialId /*trial*/) {}

  // A trial reported. Called once for each (segment, training_iteration), in log order; the trial's
  // attempt waits for the answer. `result` already counts in the view.
  virtual Decision on_result(const ExperimentView& view,
                             TrialId trial,
                             const TrialResult& result) = 0;

  // What to run (or end) now that there is room, or nothing: then the engine adds a trial, if any
  // are left, and asks again. Asking changes nothing: what was accepted comes back as on_choice.
  virtual std::optional<Choice> choose_trial_to_run(const ExperimentView& view) const = 0;

  // A choice was accepted (also one read from the log). The view has not changed yet.
  virtual void on_choice(const ExperimentView& /*view*/, const Choice& /*choice*/) {}

  // A trial ended: view.state(trial) is completed, stopped or failed. Also called for trials that
  // end without a result.
  virtual void on_trial_ended(const ExperimentView& /*view*/, TrialId /*trial*/) {}
};

}  // namespace luthier
