// Stops a trial whose best result is worse than a percentile of the completed trials' results at
// the same time, as Optuna's PercentilePruner does; with percentile 50, its MedianPruner. After
// Golovin et al., "Google Vizier" (2017), but with results in place of their running averages.
// Departures from Optuna: infinities count as NaN does: they are not among the results compared
// with, and a trial that has reported nothing else is stopped.
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "base/format.h"
#include "base/text.h"
#include "luthier/scheduler.h"
#include "schedulers/rungs/per_trial.h"
#include "schedulers/rungs/pruner.h"
#include "schedulers/rungs/reading.h"
#include "schedulers/rungs/running_quantile.h"

namespace luthier {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

class Percentile : public TrialScheduler {
 public:
  explicit Percentile(const PluginContext& context)
      : reading_(context),
        times_(context.options),
        percentile_(context.options.number("percentile")),
        // In the objective's own values, as NumPy rounds them: the best are at the other end.
        quantile_((context.objectives.front().mode == Mode::max ? 100 - percentile_ : percentile_) /
                  100),
        startup_trials_(context.options.integer("startup_trials")),
        min_trials_(static_cast<std::size_t>(context.options.integer("min_trials"))) {}

  Decision on_result(const ExperimentView& /*view*/,
                     TrialId trial,
                     const TrialResult& result) override {
    const auto time = reading_.time(result);
    if (!time) {
      return {.reason = "no time yet"};
    }
    if (!reading_.has_loss(result)) {
      return {.reason = "no metric yet"};
    }
    Entry& entry = entries_[trial];
    const double loss = reading_.loss(result);
    entry.best = std::min(entry.best, loss);
    entry.curve[*time] = loss;
    const bool due = times_.is_due(trial, *time);
    if (completed_ == 0 || completed_ < startup_trials_) {
      return {.reason = "too few completed trials"};
    }
    return due ? judge(entry.best, *time) : Decision{.reason = "not judged at this time"};
  }

  std::optional<Choice> choose_trial_to_run(const ExperimentView& view) const override {
    return first_in_first_out(view);
  }

  void on_trial_ended(const ExperimentView& view, TrialId trial) override {
    Entry& entry = entries_[trial];
    if (view.state(trial) == TrialState::completed && !entry.curve.empty()) {
      ++completed_;
      for (const auto& [time, loss] : entry.curve) {
        Column& column = columns_.try_emplace(time, quantile_).first->second;
        ++column.results;
        if (std::isfinite(loss)) {
          column.values.insert(reading_.value(loss));
        }
      }
    }
    entry = {};
  }

 private:
  struct Entry {
    double best = kInfinity;
    std::map<double, double> curve;  // losses by time
  };
  struct Column {
    explicit Column(double quantile) : values(quantile) {}
    std::size_t results = 0;  // NaN included
    RunningQuantile values;
  };

  Decision judge(double best, double time) const {
    if (!std::isfinite(best)) {
      return {.kind = DecisionKind::stop,
              .reason =
                  formatted("all its results up to {} are NaN or infinite, worse than every number",
                            reading_.show_time(time))};
    }
    const auto column = columns_.find(time);
    if (column == columns_.end() || column->second.results < min_trials_ ||
        column->second.values.size() == 0) {
      return {.reason = "too few completed trials at this time"};
    }
    const RunningQuantile& values = column->second.values;
    const double own = reading_.value(best);
    const double cutoff = values.value();
    const bool is_max = reading_.value(1) < 0;
    const bool worse = is_max ? own < cutoff : own > cutoff;
    return {.kind = worse ? DecisionKind::stop : DecisionKind::proceed,
            .reason = "its best, " + reading_.show(best) + ", is " +
                      (worse ? "worse than " : "within ") + reading_.show(reading_.value(cutoff)) +
                      ", which the best " + format_number(percentile_) + "% of " +
                      std::to_string(values.size()) + " completed trials reached at " +
                      reading_.show_time(time),
            .numbers = {{"best", own},
                        {"cutoff", cutoff},
                        {"n", static_cast<double>(values.size())},
                        {"time", time}}};
  }

  Reading reading_;
  CheckTimes times_;
  double percentile_;
  double quantile_;
  std::int64_t startup_trials_;
  std::size_t min_trials_;
  std::int64_t completed_ = 0;
  PerTrial<Entry> entries_;
  std::map<double, Column> columns_;  // of completed trials, by time
};

std::vector<OptionSpec> options() {
  std::vector<OptionSpec> all = {
      time_attr_option(),
      {.name = "percentile",
       .default_value = 50.0,
       .meaning = "trials go on while their best is among this share of the completed ones, in per "
                  "cent; less is stricter",
       .minimum = 0,
       .maximum = 100},
      {.name = "startup_trials",
       .type = OptionType::integer,
       .default_value = 5,
       .meaning = "no trial is judged before this many trials have completed",
       .minimum = 0,
       .maximum = 1e9},
      {.name = "min_trials",
       .type = OptionType::integer,
       .default_value = 1,
       .meaning = "this many completed trials must have reported at the same time",
       .minimum = 1,
       .maximum = 1e9}};
  for (OptionSpec& each : check_time_option_specs()) {
    all.push_back(std::move(each));
  }
  return all;
}

}  // namespace

SchedulerPlugin scheduler_percentile() {
  return {
      .info = {.summary = "stops a trial whose best is worse than a percentile of the completed "
                          "ones at the same time",
               .paper = "Golovin et al., Google Vizier: a service for black-box optimization, "
                        "2017",
               .options = options()},
      .make = [](const PluginContext& context) -> Result<std::unique_ptr<TrialScheduler>> {
        return std::unique_ptr<TrialScheduler>(std::make_unique<Percentile>(context));
      }};
}

}  // namespace luthier
