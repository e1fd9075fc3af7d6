#include "schedulers/rungs/pruner.h"

#include <algorithm>
#include <cmath>

namespace luthier {

std::vector<OptionSpec> check_time_option_specs() {
  return {{.name = "warmup",
           .default_value = 0.0,
           .meaning = "no trial is judged before this time; more spares slow starters",
           .minimum = 0,
           .maximum = 1e15},
          {.name = "interval",
           .default_value = 1.0,
           .meaning = "a trial is judged once in this much time, counted from warmup; more judges "
                      "less often",
           .minimum = 1e-9,
           .maximum = 1e15}};
}

CheckTimes::CheckTimes(const NamedValues& options)
    : warmup_(options.number("warmup")), interval_(options.number("interval")) {}

bool CheckTimes::is_due(TrialId trial, double time) {
  std::optional<double>& last = last_[trial];
  const std::optional<double> before = last;
  last = std::max(time, before.value_or(time));
  if (time < warmup_ || (before && time <= *before)) {
    return false;
  }
  const double since = std::floor((time - warmup_) / interval_) * interval_ + warmup_;
  return !before || *before < since;
}

std::optional<Choice> first_in_first_out(const ExperimentView& view) {
  if (const auto trial = view.first_pending()) {
    return Choice{.trial = *trial, .reason = "first pending"};
  }
  if (const auto trial = view.first_paused(); trial && !view.more_trials()) {
    return Choice{.trial = *trial, .reason = "first paused"};
  }
  return std::nullopt;
}

}  // namespace luthier
