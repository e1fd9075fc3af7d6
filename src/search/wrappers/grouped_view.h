// The experiment as the searcher inside `repeat` sees it: each group of repeats is one trial.
#pragma once

#include "luthier/experiment_view.h"
#include "search/wrappers/groups.h"

namespace luthier::repeat {

// Both must outlive it.
class GroupedView : public ExperimentView {
 public:
  GroupedView(const ExperimentView& trials, const Groups& groups)
      : trials_(trials), groups_(groups) {}

  const CompiledSpace& space() const override { return trials_.space(); }
  std::span<const Objective> objectives() const override { return trials_.objectives(); }
  std::uint64_t seed() const override { return trials_.seed(); }

  std::int64_t trial_count() const override { return static_cast<std::int64_t>(groups_.size()); }
  TrialState state(TrialId group) const override;
  Config config(TrialId group) const override { return at(group).config; }
  std::int64_t iteration(TrialId group) const override { return at(group).told; }
  // Checkpoints are of single trials.
  std::optional<CheckpointId> checkpoint(TrialId /*group*/) const override { return std::nullopt; }
  std::int64_t checkpoint_iteration(CheckpointId checkpoint) const override {
    return trials_.checkpoint_iteration(checkpoint);
  }
  bool can_run(TrialId group) const override;
  std::optional<TrialId> first_pending() const override {
    return group_of(trials_.first_pending());
  }
  std::optional<TrialId> first_paused() const override { return group_of(trials_.first_paused()); }
  std::int64_t running_count() const override;
  bool more_trials() const override { return trials_.more_trials(); }

 private:
  const Group& at(TrialId group) const { return groups_.at(static_cast<std::size_t>(group.value)); }
  std::optional<TrialId> group_of(std::optional<TrialId> trial) const;

  const ExperimentView& trials_;
  const Groups& groups_;
};

}  // namespace luthier::repeat
