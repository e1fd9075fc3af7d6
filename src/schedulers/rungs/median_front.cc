#include "schedulers/rungs/median_front.h"

#include <algorithm>
#include <limits>

#include "base/format.h"
#include "core/pareto/pareto_order.h"
#include "schedulers/rungs/per_trial.h"
#include "schedulers/rungs/pruner.h"
#include "schedulers/rungs/reading.h"

namespace luthier {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// A trial's running averages after each of its results.
struct Curves {
  struct Point {
    double time;
    Losses averages;
  };
  double last_time = -kInfinity;
  Losses best;
  Losses sum;
  std::vector<Point> points;
  bool was_paused = false;

  void add(double time, const Losses& losses, bool counts) {
    last_time = time;
    best.resize(losses.size(), kInfinity);
    sum.resize(losses.size(), 0);
    for (std::size_t i = 0; i < losses.size(); ++i) {
      best[i] = std::min(best[i], losses[i]);
      sum[i] += counts ? losses[i] : 0;
    }
    if (counts) {
      Losses averages = sum;
      for (double& each : averages) {
        each /= static_cast<double>(points.size() + 1);
      }
      points.push_back({time, std::move(averages)});
    }
  }

  // Over the results up to `time`; null when there are none.
  const Losses* averages_at(double time) const {
    const auto after = std::ranges::upper_bound(points, time, {}, &Point::time);
    return after == points.begin() ? nullptr : &std::prev(after)->averages;
  }
};

class MedianFront : public TrialScheduler {
 public:
  explicit MedianFront(const PluginContext& context)
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
    Curves& curves = curves_[trial];
    if (*time <= curves.last_time) {
      return {.reason = "judged before"};
    }
    const bool in_grace = *time < grace_period_;
    curves.add(*time, reading_.losses(result), !in_grace);
    return in_grace ? Decision{.reason = "grace period"} : judge(trial, *time);
  }

  std::optional<Choice> choose_trial_to_run(const ExperimentView& view) const override {
    return first_in_first_out(view);
  }

 private:
  std::vector<Losses> others_at(double time, TrialId trial) const {
    std::vector<Losses> others;
    for (std::size_t i = 0; i < curves_.size(); ++i) {
      const TrialId other{static_cast<std::int64_t>(i)};
      const Curves& curves = *curves_.find(other);
      if (other == trial || curves.last_time < time) {
        continue;
      }
      if (const Losses* averages = curves.averages_at(time); averages && all_finite(*averages)) {
        others.push_back(*averages);
      }
    }
    return others;
  }

  Decision judge(TrialId trial, double time) {
    Curves& curves = curves_[trial];
    const std::vector<Losses> others = others_at(time, trial);
    if (others.size() < min_samples_) {
      return {.reason = "too few others"};
    }
    const std::size_t better = pareto_rank(curves.best, others);
    if (2 * better <= others.size()) {
      return {.reason = "not below median"};
    }
    if (curves.was_paused) {
      return {.reason = "paused before"};
    }
    curves.was_paused = true;
    return {.kind = hard_stop_ ? DecisionKind::stop : DecisionKind::pause,
            .reason = formatted("its best, {}, comes after the averages of {} of {} other trials "
                                "at {} {}, so it is below the median",
                                reading_.show(curves.best),
                                better,
                                others.size(),
                                reading_.show_time(time),
                                kParetoWords),
            .numbers = {{"better", static_cast<double>(better)},
                        {"n", static_cast<double>(others.size())},
                        {"time", time}}};
  }

  Reading reading_;
  double grace_period_;
  std::size_t min_samples_;
  bool hard_stop_;
  PerTrial<Curves> curves_;
};

}  // namespace

std::unique_ptr<TrialScheduler> make_median_front(const PluginContext& context) {
  return std::make_unique<MedianFront>(context);
}

}  // namespace luthier
