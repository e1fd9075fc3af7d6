// Median stopping. Golovin, Solnik, Moitra, Kochanski, Karro and Sculley, "Google Vizier: a service
// for black-box optimization" (KDD 2017), section 3.2.1.
//
// At time t, a trial is stopped when its best result so far is strictly worse than the median of
// the other trials' running averages: the mean of a trial's results from grace_period to t, for
// each trial that has reached t. The paper takes completed trials only; as in Ray Tune, all count.
// Departures from Ray Tune.
//   NaN or infinity: an average with one does not count (as in Ray); as the best, it is worse than
//   every median.
//   A time the trial has reported before (after a restart) is not judged again.
//   There is no min_time_slice: pausing a trial until others catch up costs a restart for each.
// Several objectives: schedulers/rungs/median_front.h.
// Cost. A time that two trials have reported at keeps the averages at that time in two heaps, so a
// decision costs O(log n). A time that nobody else reports at (seconds, as a rule) costs O(n).
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "luthier/scheduler.h"
#include "schedulers/rungs/median_front.h"
#include "schedulers/rungs/per_trial.h"
#include "schedulers/rungs/pruner.h"
#include "schedulers/rungs/reading.h"
#include "schedulers/rungs/running_quantile.h"

namespace luthier {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// A trial's running average after each of its results.
class Curve {
 public:
  double last_time() const { return last_time_; }
  double best() const { return best_; }

  void add(double time, double loss, double grace_period) {
    last_time_ = time;
    best_ = std::min(best_, loss);
    if (time >= grace_period) {
      sum_ += loss;
      points_.push_back({time, sum_ / static_cast<double>(points_.size() + 1)});
    }
  }

  // The average over the results up to `time`; +infinity when there are none.
  double average_at(double time) const {
    const auto after = std::ranges::upper_bound(points_, time, {}, &Point::time);
    return after == points_.begin() ? kInfinity : std::prev(after)->average;
  }

 private:
  struct Point {
    double time;
    double average;
  };
  double last_time_ = -kInfinity;
  double best_ = kInfinity;
  double sum_ = 0;
  std::vector<Point> points_;
};

// The median of the averages at one time, once a second trial has reported at it.
struct Column {
  std::optional<RunningQuantile> averages;

  void insert(double average) {
    if (averages && std::isfinite(average)) {
      averages->insert(average);
    }
  }
};

class MedianStopping : public TrialScheduler {
 public:
  explicit MedianStopping(const PluginContext& context)
      : reading_(context),
        grace_period_(context.options.number("grace_period")),
        min_samples_(static_cast<std::size_t>(context.options.integer("min_samples_required"))),
        hard_stop_(context.options.boolean("hard_stop")) {}

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
    if (*time <= entry.curve.last_time()) {
      return {.reason = "judged before"};
    }
    const double skipped_from = entry.curve.last_time();
    if (*time < grace_period_) {
      entry.curve.add(*time, reading_.loss(result), grace_period_);
      return {.reason = "grace period"};
    }
    const Others others = others_at(*time, trial);
    enter(entry.curve, skipped_from, *time, reading_.loss(result));
    if (others.count < min_samples_) {
      return {.reason = "too few others"};
    }
    if (!(entry.curve.best() > others.median)) {
      return {.reason = "not below median"};
    }
    if (entry.was_paused) {
      return {.reason = "paused before"};
    }
    entry.was_paused = true;
    return judge_worse(entry.curve.best(), others, *time);
  }

  std::optional<Choice> choose_trial_to_run(const ExperimentView& view) const override {
    return first_in_first_out(view);
  }

 private:
  struct Entry {
    Curve curve;
    bool was_paused = false;
  };
  struct Others {
    std::size_t count = 0;
    double median = 0;
  };

  // The other trials' averages at `time`, which `trial` has not entered yet.
  Others others_at(double time, TrialId trial) {
    const auto [at, is_new] = columns_.try_emplace(time);
    Column& column = at->second;
    if (is_new) {
      const RunningQuantile averages = collect(time, trial);
      return {averages.size(), averages.size() > 0 ? averages.value() : 0};
    }
    if (!column.averages) {
      column.averages = collect(time, trial);
    }
    const RunningQuantile& averages = *column.averages;
    return {averages.size(), averages.size() > 0 ? averages.value() : 0};
  }

  RunningQuantile collect(double time, TrialId trial) {
    RunningQuantile averages(0.5);
    if (time > latest_) {
      return averages;
    }
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      const TrialId other{static_cast<std::int64_t>(i)};
      const Curve& curve = entries_[other].curve;
      if (other != trial && curve.last_time() >= time) {
        if (const double average = curve.average_at(time); std::isfinite(average)) {
          averages.insert(average);
        }
      }
    }
    return averages;
  }

  // Adds the result to the curve, and the curve's average to every time it has newly reached.
  void enter(Curve& curve, double after, double time, double loss) {
    for (auto at = columns_.upper_bound(after); at != columns_.end() && at->first < time; ++at) {
      if (at->second.averages) {
        at->second.insert(curve.average_at(at->first));
      }
    }
    curve.add(time, loss, grace_period_);
    columns_.find(time)->second.insert(curve.average_at(time));
    latest_ = std::max(latest_, time);
  }

  Decision judge_worse(double best, const Others& others, double time) const {
    Numbers numbers = {{"median", reading_.value(others.median)},
                       {"n", static_cast<double>(others.count)},
                       {"time", time}};
    if (std::isfinite(best)) {
      numbers.emplace(numbers.begin(), "best", reading_.value(best));
    }
    return {.kind = hard_stop_ ? DecisionKind::stop : DecisionKind::pause,
            .reason = "its best, " + reading_.show(best) + ", is worse than " +
                      reading_.show(others.median) + ", the median of the averages of " +
                      std::to_string(others.count) + " other trials at " + reading_.show_time(time),
            .numbers = std::move(numbers)};
  }

  Reading reading_;
  double grace_period_;
  std::size_t min_samples_;
  bool hard_stop_;
  double latest_ = -kInfinity;
  PerTrial<Entry> entries_;
  std::map<double, Column> columns_;  // by time
};

}  // namespace

SchedulerPlugin scheduler_median_stopping() {
  return {
      .info = {.summary = "stops a trial whose best is worse than the median of the others' "
                          "running averages",
               .paper = "Golovin et al., Google Vizier: a service for black-box optimization, 2017",
               .options = {time_attr_option(),
                           {.name = "grace_period",
                            .default_value = 1.0,
                            .meaning = "no trial is judged before this time, and averages begin "
                                       "here; more spares slow starters",
                            .minimum = 0,
                            .maximum = 1e15},
                           {.name = "min_samples_required",
                            .type = OptionType::integer,
                            .default_value = 3,
                            .meaning = "this many other trials must have reached the same time; "
                                       "more means later and surer verdicts",
                            .minimum = 1,
                            .maximum = 1e9},
                           {.name = "hard_stop",
                            .type = OptionType::boolean,
                            .default_value = true,
                            .meaning = "false: pause such a trial once and resume it when all "
                                       "others are done, instead of stopping it"}},
               .multi_objective = true,
               .requirements = true},
      .make = [](const PluginContext& context) -> Result<std::unique_ptr<TrialScheduler>> {
        if (context.objectives.size() > 1) {
          return make_median_front(context);
        }
        return std::unique_ptr<TrialScheduler>(std::make_unique<MedianStopping>(context));
      }};
}

}  // namespace luthier
