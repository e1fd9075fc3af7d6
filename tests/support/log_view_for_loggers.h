// The view loggers receive in tests. They live from events; only the console asks it for the
// configuration of a trial that is tried again.
#pragma once

#include "base/check.h"
#include "luthier/experiment_view.h"

namespace luthier::test {

class LogView final : public ExperimentView {
 public:
  const CompiledSpace& space() const override { no("space"); }
  std::span<const Objective> objectives() const override { no("objectives"); }
  std::uint64_t seed() const override { no("seed"); }
  std::int64_t trial_count() const override { no("trial_count"); }
  TrialState state(TrialId) const override { no("state"); }
  Config config(TrialId) const override { return {{"from_view", true}}; }
  std::int64_t iteration(TrialId) const override { no("iteration"); }
  std::optional<CheckpointId> checkpoint(TrialId) const override { no("checkpoint"); }
  std::int64_t checkpoint_iteration(CheckpointId) const override { no("checkpoint_iteration"); }
  bool can_run(TrialId) const override { no("can_run"); }
  std::optional<TrialId> first_pending() const override { no("first_pending"); }
  std::optional<TrialId> first_paused() const override { no("first_paused"); }
  std::int64_t running_count() const override { no("running_count"); }
  bool more_trials() const override { no("more_trials"); }

 private:
  [[noreturn]] static void no(const char* call) {
    check_failed("loggers need no view", __FILE__, __LINE__, call);
  }
};

}  // namespace luthier::test
