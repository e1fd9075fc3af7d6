// Which trials of a stored experiment count for importance, and what each reached.
//
// Trials are compared after the same amount of training. Where none or few were stopped early,
// completed trials count, with the value that they are ranked by. Otherwise every trial that
// reached a certain iteration counts, stopped or not, with the value that it was ranked by there:
// the highest iteration that at least half of the trials with a result reached. Survivors alone
// would say little about a parameter that made the others stop.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "luthier/experiment_spec.h"
#include "tuner/stored/trial_table.h"

namespace luthier {

struct TrialChoice {
  std::string metric = {};  // empty: the first objective
  std::string where = {};   // an expression of the columns of `trials`; empty: all
  std::optional<std::int64_t> iteration = {};  // compare there; nothing: as said above
};

struct LeftOut {
  std::int64_t failed = 0;
  std::int64_t unfinished = 0;     // pending or running
  std::int64_t stopped_early = 0;  // where completed trials count
  std::int64_t too_short = 0;      // ended before the iteration
  std::int64_t without_value = 0;  // NaN and the infinities are no values
};

struct CountedTrials {
  ExperimentSpec spec;
  Objective metric;  // of a metric that is no objective, the smallest values are the good ones
  bool objective = false;                 // it is one
  std::int64_t selected = 0;              // by the expression; they count or are left out
  std::optional<std::int64_t> iteration;  // nothing: completed trials count
  LeftOut left_out;
  std::vector<Config> configs;
  std::vector<double> losses;  // small is good
};

// invalid_argument: the metric or the expression is wrong. Others are those of open_trial_table.
Result<CountedTrials> count_trials(const std::filesystem::path& directory,
                                   const TrialChoice& choice);

// The same for whoever has the trials already: calls what it is given with their table.
using LookAtTrials = std::function<Result<>(const std::function<Result<>(TrialTable& table)>&)>;
Result<CountedTrials> count_trials(const std::filesystem::path& directory,
                                   const TrialChoice& choice,
                                   const LookAtTrials& look_at_trials);

}  // namespace luthier
