// For trials whose results are scores of one configuration on many instances (folds, data sets,
// seeds), named by their time: stops a trial that does worse than the best one on the instances
// both have seen, by Wilcoxon's signed-rank test, as Optuna's WilcoxonPruner does. The test is
// SciPy's with zero_method="zsplit": exact up to 50 instances without ties or zeros and up to 13
// with them, else the normal approximation. The best trial is the completed one with the best mean
// over its instances (Optuna: with the best value it was told). Departures from Optuna: NaN and
// infinity are worse than every number and rank last (Optuna lets such a trial go on), and a trial
// that has one is never the best. An instance reported again counts once, as it was first.
#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>

#include "base/format.h"
#include "base/text.h"
#include "luthier/scheduler.h"
#include "schedulers/rungs/per_trial.h"
#include "schedulers/rungs/pruner.h"
#include "schedulers/rungs/reading.h"

namespace luthier {
namespace {

constexpr std::size_t kExactInstances = 50;
constexpr std::size_t kExactWithTies = 13;

struct Rank {
  double difference;
  double rank;  // of its size; of equal ones the mean
};

struct Ranking {
  std::vector<Rank> ranks;
  double tie_correction = 0;
  bool has_ties = false;
};

Ranking rank_by_size(std::vector<double> differences) {
  std::ranges::sort(differences, {}, [](double d) { return std::abs(d); });
  Ranking out;
  for (std::size_t first = 0; first < differences.size();) {
    std::size_t last = first + 1;
    while (last < differences.size() &&
           std::abs(differences[last]) == std::abs(differences[first])) {
      ++last;
    }
    const auto tied = static_cast<double>(last - first);
    out.tie_correction += tied * tied * tied - tied;
    out.has_ties = out.has_ties || tied > 1 || differences[first] == 0;
    const double rank = static_cast<double>(first + last + 1) / 2;
    for (; first < last; ++first) {
      out.ranks.push_back({differences[first], rank});
    }
  }
  return out;
}

// P(the positive ranks sum to this much or more) when every sign is a coin's. Twice a rank is
// whole, so sums can be counted; zeros have no sign.
double exact_tail(const Ranking& ranking) {
  std::vector<std::size_t> steps;
  std::size_t negative = 0;
  for (const Rank& each : ranking.ranks) {
    if (each.difference != 0) {
      steps.push_back(static_cast<std::size_t>(2 * each.rank));
      negative += each.difference < 0 ? steps.back() : 0;
    }
  }
  std::vector<double> chance(negative + 1, 0.0);  // of the negative ranks' sum, which is symmetric
  chance[0] = 1;
  for (const std::size_t step : steps) {
    for (std::size_t sum = negative + 1; sum-- > 0;) {
      chance[sum] = (chance[sum] + (sum >= step ? chance[sum - step] : 0)) / 2;
    }
  }
  double tail = 0;
  for (const double each : chance) {
    tail += each;
  }
  return tail;
}

double normal_tail(const Ranking& ranking) {
  double positive = 0;
  for (const Rank& each : ranking.ranks) {
    positive += each.difference > 0 ? each.rank : each.difference == 0 ? each.rank / 2 : 0;
  }
  const auto n = static_cast<double>(ranking.ranks.size());
  const double variance = (n * (n + 1) * (2 * n + 1) - ranking.tie_correction / 2) / 24;
  const double z = (positive - n * (n + 1) / 4) / std::sqrt(variance);
  return variance > 0 ? std::erfc(z / std::numbers::sqrt2) / 2 : 1;
}

// How likely differences this far above zero are if none is meant; one-sided.
double signed_rank_p(std::vector<double> differences) {
  const Ranking ranking = rank_by_size(std::move(differences));
  const std::size_t most = ranking.has_ties ? kExactWithTies : kExactInstances;
  return ranking.ranks.size() <= most ? exact_tail(ranking) : normal_tail(ranking);
}

class Wilcoxon : public TrialScheduler {
 public:
  explicit Wilcoxon(const PluginContext& context)
      : reading_(context),
        p_threshold_(context.options.number("p_threshold")),
        startup_(static_cast<std::size_t>(context.options.integer("startup_instances"))) {}

  Decision on_result(const ExperimentView& /*view*/,
                     TrialId trial,
                     const TrialResult& result) override {
    const auto instance = reading_.time(result);
    if (!instance) {
      return {.reason = "no time yet"};
    }
    if (!reading_.has_loss(result)) {
      return {.reason = "no metric yet"};
    }
    Scores& own = scores_[trial];
    const double loss = reading_.loss(result);
    if (!own.by_instance.emplace(*instance, loss).second) {
      return {.reason = "judged before"};
    }
    own.sum += loss;
    return best_.by_instance.empty() ? Decision{.reason = "no trial has completed"} : judge(own);
  }

  std::optional<Choice> choose_trial_to_run(const ExperimentView& view) const override {
    return first_in_first_out(view);
  }

  void on_trial_ended(const ExperimentView& view, TrialId trial) override {
    Scores& own = scores_[trial];
    const bool counts = view.state(trial) == TrialState::completed && std::isfinite(own.sum) &&
                        !own.by_instance.empty();
    if (counts && (best_.by_instance.empty() || own.mean() < best_.mean())) {
      best_ = std::move(own);
    }
    own = {};
  }

 private:
  struct Scores {
    std::map<double, double> by_instance;  // losses
    double sum = 0;                        // in the order they came
    double mean() const { return sum / static_cast<double>(by_instance.size()); }
  };

  Decision judge(const Scores& own) const {
    std::vector<double> differences;
    for (const auto& [instance, loss] : own.by_instance) {
      if (const auto found = best_.by_instance.find(instance); found != best_.by_instance.end()) {
        differences.push_back(loss - found->second);
      }
    }
    const std::size_t count = differences.size();
    if (count < std::max<std::size_t>(2, startup_)) {
      return {.reason = "too few instances to compare with the best trial"};
    }
    const double p = signed_rank_p(std::move(differences));
    const bool stops = p < p_threshold_ && best_.mean() < own.mean();
    Numbers numbers = {
        {"best_mean", reading_.value(best_.mean())}, {"p", p}, {"n", static_cast<double>(count)}};
    if (std::isfinite(own.sum)) {
      numbers.emplace_back("mean", reading_.value(own.mean()));
    }
    return {.kind = stops ? DecisionKind::stop : DecisionKind::proceed,
            .reason = formatted("its mean, {}, is {}{}: p {} on {} instances of both",
                                reading_.show(own.mean()),
                                stops ? "worse than that of the best trial, "
                                      : "not surely worse than that of the best trial, ",
                                reading_.show(best_.mean()),
                                format_number(std::round(p * 10000) / 10000),
                                count),
            .numbers = std::move(numbers)};
  }

  Reading reading_;
  double p_threshold_;
  std::size_t startup_;
  PerTrial<Scores> scores_;
  Scores best_;  // empty: no trial has completed
};

}  // namespace

SchedulerPlugin scheduler_wilcoxon() {
  return {
      .info = {.summary = "stops a trial that is worse than the best one on the instances of both",
               .paper = "Wilcoxon, Individual comparisons by ranking methods, 1945",
               .options = {time_attr_option(),
                           {.name = "p_threshold",
                            .default_value = 0.1,
                            .meaning = "a trial stops when a difference like its own would arise "
                                       "by chance more rarely than this; more is stricter",
                            .minimum = 0,
                            .maximum = 1},
                           {.name = "startup_instances",
                            .type = OptionType::integer,
                            .default_value = 2,
                            .meaning = "no trial is judged on fewer instances, nor on fewer than 2",
                            .minimum = 0,
                            .maximum = 1000000}}},
      .make = [](const PluginContext& context) -> Result<std::unique_ptr<TrialScheduler>> {
        return std::unique_ptr<TrialScheduler>(std::make_unique<Wilcoxon>(context));
      }};
}

}  // namespace luthier
