// Searcher: proposes configurations. Facts in, suggestions out, as deterministic and as free of
// side effects as a scheduler (luthier/scheduler.h); after a crash it receives the same facts again
// and no suggestion is recomputed. All calls come from the engine thread.
#pragma once

#include <string>
#include <variant>

#include "luthier/experiment_view.h"
#include "luthier/plugin.h"

namespace luthier {

struct Wait {};  // nothing now; ask again after the next result or end of a trial
struct Exhausted {
  std::string reason;  // a sentence: why there will be no further suggestion
};
struct Proposal {
  Config config;
  std::string reason = {};  // which part proposed it and why; may be empty
};
using Suggestion = std::variant<Proposal, Wait, Exhausted>;

class Searcher {
 public:
  virtual ~Searcher() = default;

  // A configuration for trial number `trial` (== view.trial_count()). Asking changes nothing.
  // Random draws come from Rng(view.seed(), <own stream name>, trial.value).
  virtual Suggestion suggest(const ExperimentView& view, TrialId trial) const = 0;

  // A trial was added with view.config(trial), proposed here or by someone else.
  virtual void on_trial_added(const ExperimentView& /*view*/, TrialId /*trial*/) {}
  // A trial reported (also reports after which a scheduler stopped it).
  virtual void on_result(const ExperimentView& /*view*/,
                         TrialId /*trial*/,
                         const TrialResult& /*result*/) {}
  // A trial goes on with another configuration (PBT): view.config(trial) is the new one.
  virtual void on_trial_changed(const ExperimentView& /*view*/, TrialId /*trial*/) {}
  // A trial ended: view.state(trial) is completed, stopped or failed.
  virtual void on_trial_ended(const ExperimentView& /*view*/, TrialId /*trial*/) {}
};

}  // namespace luthier
