// Advisors: the searcher and the scheduler of one experiment, and the one place that tells them
// what happened. Live runs, recovery after a crash and replay all feed them through here.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
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

// Why advisors give no more answers.
struct AdviceFailure {
  Error error;
  // What came after this event was made of answers that nobody gave, and is not to be committed.
  Sequence kept = 0;
};

// Who answers for advisors that are not of this process.
class AdvisorHost {
 public:
  virtual ~AdvisorHost() = default;
  // Every event, before the advisors are told of it; `state` is after it.
  virtual void on_event(const ExperimentState& state, const Event& event) = 0;
  virtual const AdviceFailure* failure() const = 0;  // null: there is none
};

class Advisors {
 public:
  Advisors(AdvisorNames names,
           std::unique_ptr<Searcher> searcher,
           std::unique_ptr<TrialScheduler> scheduler);

  // `host` must outlive this; null: the advisors answer themselves.
  void answered_by(AdvisorHost* host) { host_ = host; }
  const AdviceFailure* failure() const { return host_ != nullptr ? host_->failure() : nullptr; }
  // The error, if answers are missing.
  Result<> check() const {
    return failure() != nullptr ? Result<>(failure()->error)
           : broken_            ? Result<>(*broken_)
                                : Result<>();
  }

  // A searcher for the space that the experiment has now, where that changes.
  using MakeSearcher = std::function<Result<std::unique_ptr<Searcher>>(const ExperimentState&)>;
  void made_again_by(MakeSearcher make) { make_searcher_ = std::move(make); }

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
  // The next trial's configuration where this much of it is given: the rest is an independent draw.
  Suggestion complete(const ExperimentState& state, const Config& given) const;

 private:
  // A fact for the searcher: of a result, with by how much what its trial is ranked by misses each
  // requirement.
  struct Fact {
    Event event;
    std::vector<double> excess;
  };
  void tell_searcher(const ExperimentState& state, const Fact& fact);
  void tell_known(const ExperimentState& state, TimePoint time);
  void tell_earlier(const ExperimentState& state, TrialId trial, TimePoint time);
  void change_space(const ExperimentState& state, TimePoint time);
  void release(const ExperimentState& state);
  // Outside of the space that it was made for: it was never told of such a trial.
  bool is_unknown(TrialId trial) const { return unknown_.contains(trial); }

  AdvisorNames names_;
  MakeSearcher make_searcher_;
  std::unique_ptr<Searcher> searcher_;
  std::unique_ptr<TrialScheduler> scheduler_;
  AdvisorHost* host_ = nullptr;
  std::optional<Error> broken_;  // no searcher could be made for another space
  bool changing_ = false;        // the attempt being started brings another configuration
  std::set<TrialId> unknown_;
  // With `deterministic` L the searcher is told of a trial when it has ended and L - 1 later ones
  // were added, trial by trial in their order: so at any concurrency up to L it sees the same. A
  // scheduler may leave a trial paused for good: that counts as an end, and what the trial reports
  // once it goes on is told at once.
  std::map<TrialId, std::vector<Fact>> withheld_;
  TrialId next_release_;
};

// Whether the next trial is one of the points to try first.
bool is_point(const ExperimentState& state);

}  // namespace luthier
