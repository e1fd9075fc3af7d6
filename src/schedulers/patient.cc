// Stops a trial that has not improved for a while, as Optuna's PatientPruner does when it wraps no
// other pruner: when the best of its last patience + 1 results is worse, by more than min_delta,
// than the best of those before. Departures from Optuna: NaN and infinity count as worse than every
// number, so that a trial that reports nothing else any more is stopped (Optuna lets it go on). A
// time reported before (after a restart) is passed over. No other scheduler is wrapped.
#include <algorithm>
#include <cmath>
#include <deque>
#include <limits>

#include "base/format.h"
#include "luthier/scheduler.h"
#include "schedulers/rungs/per_trial.h"
#include "schedulers/rungs/pruner.h"
#include "schedulers/rungs/reading.h"

namespace luthier {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// The least of the last `length` losses and the least of all before, a constant amount of work for
// each loss on average: of the window, only losses that no later one undercuts are kept.
class Window {
 public:
  void add(double loss, std::int64_t length) {
    while (!least_.empty() && least_.back().second >= loss) {
      least_.pop_back();
    }
    least_.emplace_back(count_++, loss);
    recent_.push_back(loss);
    if (count_ > length) {
      before_ = std::min(before_, recent_.front());
      recent_.pop_front();
      if (least_.front().first < count_ - length) {
        least_.pop_front();
      }
    }
  }
  std::int64_t count() const { return count_; }
  double before() const { return before_; }
  double recent() const { return least_.front().second; }

 private:
  std::int64_t count_ = 0;
  double before_ = kInfinity;
  std::deque<double> recent_;
  std::deque<std::pair<std::int64_t, double>> least_;
};

class Patient : public TrialScheduler {
 public:
  explicit Patient(const PluginContext& context)
      : reading_(context),
        patience_(context.options.integer("patience")),
        min_delta_(context.options.number("min_delta")) {}

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
    if (*time <= entry.last_time) {
      return {.reason = "judged before"};
    }
    entry.last_time = *time;
    entry.window.add(reading_.loss(result), patience_ + 1);
    if (entry.window.count() <= patience_ + 1 ||
        !(entry.window.before() + min_delta_ < entry.window.recent())) {
      return {.reason = "within its patience"};
    }
    Numbers numbers = {{"best", reading_.value(entry.window.before())}, {"time", *time}};
    if (std::isfinite(entry.window.recent())) {
      numbers.emplace_back("recent", reading_.value(entry.window.recent()));
    }
    return {.kind = DecisionKind::stop,
            .reason =
                formatted("the best of its last {} results, {}, is worse than its best before, {}",
                          patience_ + 1,
                          reading_.show(entry.window.recent()),
                          reading_.show(entry.window.before())),
            .numbers = std::move(numbers)};
  }

  std::optional<Choice> choose_trial_to_run(const ExperimentView& view) const override {
    return first_in_first_out(view);
  }

 private:
  struct Entry {
    double last_time = -kInfinity;
    Window window;
  };
  Reading reading_;
  std::int64_t patience_;
  double min_delta_;
  PerTrial<Entry> entries_;
};

}  // namespace

SchedulerPlugin scheduler_patient() {
  return {
      .info = {.summary = "stops a trial that has not improved for some results",
               .options = {time_attr_option(),
                           {.name = "patience",
                            .type = OptionType::integer,
                            .default_value = 5,
                            .meaning = "this many results without improvement are tolerated; more "
                                       "waits longer",
                            .minimum = 0,
                            .maximum = 1000000},
                           {.name = "min_delta",
                            .default_value = 0.0,
                            .meaning = "results may be this much worse than the best and still "
                                       "count as good as it; more is more lenient",
                            .minimum = 0}}},
      .make = [](const PluginContext& context) -> Result<std::unique_ptr<TrialScheduler>> {
        return std::unique_ptr<TrialScheduler>(std::make_unique<Patient>(context));
      }};
}

}  // namespace luthier
