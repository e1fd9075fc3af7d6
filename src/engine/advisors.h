// Advisors: the searcher and the scheduler of one experiment, and the one place that tells them
// what happened. Live runs, recovery after a crash and replay all feed them through here.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/state/experiment_state.h"
#include "luthier/scheduler.h"
#include "luthier/searcher.h"

namespace luthier {

struct AdvisorNames {
  std::string searcher;
  int searcher_version = 1;
  bool reads_results = true;
  std::string scheduler;
  int scheduler_version = 1;
  bool needs_checkpoints = false;  // the scheduler
  bool stops_trials = false;       // before their end, or pauses them: the scheduler
};

class Advisors {
 public:
  Advisors(AdvisorNames names,
           std::unique_ptr<Searcher> searcher,
           std::unique_ptr<TrialScheduler> scheduler);

  const AdvisorNames& names() const { return names_; }
  bool is_schedulers(const TrialChosen& chosen) const;  // made by the scheduler

  // Call with each event before `state` has applied it ...
  void before(const ExperimentState& state, const Event& event);
  // ... and after. For a result: the scheduler's decision.
  std::optional<Decision> after(const ExperimentState& state, const Event& event);

  std::optional<Choice> choose(const ExperimentState& state) const {
    return scheduler_->choose_trial_to_run(state);
  }
  Suggestion suggest(const ExperimentState& state) const;

 private:
  void tell_searcher(const ExperimentState& state, const Event& event);
  void tell_known(const ExperimentState& state, TimePoint time);
  void release(const ExperimentState& state);
  Suggestion suggest_point(const ExperimentState& state, TrialId trial) const;

  AdvisorNames names_;
  std::unique_ptr<Searcher> searcher_;
  std::unique_ptr<TrialScheduler> scheduler_;
  bool changing_ = false;  // the attempt being started brings another configuration
  // With `deterministic` L the searcher is told of a trial when it has ended and L - 1 later ones
  // were added, trial by trial in their order: so at any concurrency up to L it sees the same.
  std::map<TrialId, std::vector<Event>> withheld_;
  TrialId next_release_;
};

}  // namespace luthier
