// What rules have in common that only ever stop trials: when they look (Optuna's warm-up and
// interval), and that trials run in order.
#pragma once

#include <optional>
#include <vector>

#include "luthier/scheduler.h"
#include "schedulers/rungs/per_trial.h"

namespace luthier {

// Options `warmup` and `interval`.
std::vector<OptionSpec> check_time_option_specs();

// Which results are judged: the first at or after warmup + k * interval, for each k = 0, 1, ...
class CheckTimes {
 public:
  explicit CheckTimes(const NamedValues& options);

  // Whether to judge the trial's result at `time`. Call it for every result, in order.
  bool is_due(TrialId trial, double time);

 private:
  double warmup_;
  double interval_;
  PerTrial<std::optional<double>> last_;  // each trial's latest time
};

// Pending trials first, then, once no more come, those that are paused.
std::optional<Choice> first_in_first_out(const ExperimentView& view);

}  // namespace luthier
