// First in, first out: trials run in the order they were added, to their end.
#include "luthier/scheduler.h"

namespace luthier {
namespace {

class Fifo : public TrialScheduler {
 public:
  Decision on_result(const ExperimentView& /*view*/,
                     TrialId /*trial*/,
                     const TrialResult& /*result*/) override {
    return {.kind = DecisionKind::proceed, .reason = "fifo stops no trial"};
  }

  std::optional<Choice> choose_trial_to_run(const ExperimentView& view) const override {
    if (const auto trial = view.first_pending()) {
      return Choice{.trial = *trial, .reason = "first pending"};
    }
    if (view.more_trials()) {
      return std::nullopt;
    }
    if (const auto trial = view.first_paused()) {
      return Choice{.trial = *trial, .reason = "first paused"};
    }
    return std::nullopt;
  }
};

}  // namespace

SchedulerPlugin scheduler_fifo() {
  return {.info = {.summary = "runs trials in order, each to its end; the baseline to compare with",
                   .paper = "",
                   .multi_objective = true,
                   .requirements = true},
          .make = [](const PluginContext&) -> Result<std::unique_ptr<TrialScheduler>> {
            return std::unique_ptr<TrialScheduler>(std::make_unique<Fifo>());
          }};
}

}  // namespace luthier
