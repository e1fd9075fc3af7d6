// Asynchronous successive halving as Optuna's SuccessiveHalvingPruner does it, after Li et al., "A
// system for massively parallel hyperparameter tuning" (2018), section 3.
//
// Rung k lies at min_resource * rf^(min_early_stopping_rate + k). A trial that reaches it goes on
// when its result is among the best floor(n / rf), at least one, of the n results that have entered
// the rung, its own included; one result may enter several rungs. Without min_resource nobody is
// judged until a trial has completed; then it is a hundredth of the longest one's time, at least 1.
// Departures from Optuna: both infinities stop a trial as NaN does. Nothing waits; `asha` with
// mode=promote is the paper's own rule.
#include <cmath>
#include <limits>

#include "base/format.h"
#include "base/ranked_set.h"
#include "base/text.h"
#include "luthier/scheduler.h"
#include "schedulers/rungs/ladder.h"
#include "schedulers/rungs/per_trial.h"
#include "schedulers/rungs/pruner.h"
#include "schedulers/rungs/standing.h"

namespace luthier {
namespace {

class SuccessiveHalving : public TrialScheduler {
 public:
  explicit SuccessiveHalving(const PluginContext& context)
      : reading_(context),
        factor_(context.options.integer("reduction_factor")),
        rate_(static_cast<double>(context.options.integer("min_early_stopping_rate"))),
        bootstrap_(static_cast<std::size_t>(context.options.integer("bootstrap_count"))) {
    if (context.options.find("min_resource") != nullptr) {
      min_resource_ = context.options.number("min_resource");
    }
  }

  Decision on_result(const ExperimentView& /*view*/,
                     TrialId trial,
                     const TrialResult& result) override {
    const auto time = reading_.time(result);
    if (!time) {
      return {.reason = "no time yet"};
    }
    Entry& entry = entries_[trial];
    entry.last_time = std::max(entry.last_time, *time);
    if (!reading_.has_loss(result)) {
      return {.reason = "no metric yet"};
    }
    if (!min_resource_ && longest_) {
      min_resource_ = std::max(std::floor(*longest_ / 100), 1.0);
    }
    if (!min_resource_) {
      return {.reason = "no trial has completed yet"};
    }
    Decision decision{.reason = "between rungs"};
    while (decision.kind == DecisionKind::proceed && *time >= milestone(entry.rungs)) {
      decision = judge({reading_.loss(result), trial}, entry.rungs);
      entry.rungs += std::isfinite(reading_.loss(result)) ? 1 : 0;
    }
    return decision;
  }

  std::optional<Choice> choose_trial_to_run(const ExperimentView& view) const override {
    return first_in_first_out(view);
  }

  void on_trial_ended(const ExperimentView& view, TrialId trial) override {
    const double time = entries_[trial].last_time;
    if (view.state(trial) == TrialState::completed && time > 0) {
      longest_ = std::max(longest_.value_or(0), time);
    }
  }

 private:
  struct Entry {
    std::size_t rungs = 0;  // rungs entered
    double last_time = 0;
  };

  double milestone(std::size_t rung) const {
    return *min_resource_ *
           std::pow(static_cast<double>(factor_), rate_ + static_cast<double>(rung));
  }

  Decision judge(const Standing& standing, std::size_t number) {
    if (!std::isfinite(standing.loss)) {
      return not_a_number(reading_, milestone(number));
    }
    if (number == rungs_.size()) {
      rungs_.emplace_back();
    }
    RankedSet<Standing>& rung = rungs_[number];
    rung.insert(standing);
    const std::size_t n = rung.size();
    const std::size_t kept = std::max<std::size_t>(n / static_cast<std::size_t>(factor_), 1);
    // Equal results share the best rank.
    const std::size_t better =
        rung.rank({standing.loss, TrialId{std::numeric_limits<std::int64_t>::max()}});
    const bool stays = n > bootstrap_ && better < kept;
    const std::string at = formatted("{} at {}", n, reading_.show_time(milestone(number)));
    return {.kind = stays ? DecisionKind::proceed : DecisionKind::stop,
            .reason = n <= bootstrap_
                          ? formatted("one of the first {} at {}, which serve only for comparison",
                                      bootstrap_,
                                      reading_.show_time(milestone(number)))
                          : reading_.show(standing.loss) + " is number " +
                                std::to_string(better + 1) + " of " + at + "; " +
                                go_on_text(static_cast<double>(kept)),
            .numbers = {{"value", reading_.value(standing.loss)},
                        {"rank", static_cast<double>(better + 1)},
                        {"n", static_cast<double>(n)},
                        {"kept", static_cast<double>(kept)},
                        {"rung", milestone(number)}}};
  }

  Reading reading_;
  std::int64_t factor_;
  double rate_;
  std::size_t bootstrap_;
  std::optional<double> min_resource_;
  std::optional<double> longest_;  // time of the longest completed trial
  std::vector<RankedSet<Standing>> rungs_;
  PerTrial<Entry> entries_;
};

Result<std::unique_ptr<TrialScheduler>> make(const PluginContext& context) {
  if (context.options.integer("bootstrap_count") > 0 &&
      context.options.find("min_resource") == nullptr) {
    return Error{ErrorCode::invalid_argument,
                 "option bootstrap_count of scheduler 'successive_halving' needs min_resource; "
                 "give it, or leave bootstrap_count at 0"};
  }
  return std::unique_ptr<TrialScheduler>(std::make_unique<SuccessiveHalving>(context));
}

std::vector<OptionSpec> options() {
  return {
      time_attr_option(),
      {.name = "min_resource",
       .default_value = {},
       .meaning = "time of the first rung; absent: a hundredth of the longest completed trial, and "
                  "until one has completed no trial is judged",
       .minimum = 1e-9,
       .maximum = 1e15},
      {.name = "reduction_factor",
       .type = OptionType::integer,
       .default_value = 4,
       .meaning =
           "one trial in this many goes on at a rung; more is stricter and leaves fewer rungs",
       .minimum = 2,
       .maximum = 1000000},
      {.name = "min_early_stopping_rate",
       .type = OptionType::integer,
       .default_value = 0,
       .meaning = "this many rungs at the bottom are left out; more spares slow starters",
       .minimum = 0,
       .maximum = 64},
      {.name = "bootstrap_count",
       .type = OptionType::integer,
       .default_value = 0,
       .meaning = "this many first trials at a rung serve only for comparison and are stopped",
       .minimum = 0,
       .maximum = 1e9}};
}

}  // namespace

SchedulerPlugin scheduler_successive_halving() {
  return {
      .info = {.summary = "asynchronous successive halving by Optuna's rule: the best "
                          "1/reduction_factor of a rung go on, and no trial waits",
               .paper = "Li et al., A system for massively parallel hyperparameter tuning, 2018",
               .options = options(),
               .requirements = true},
      .make = make};
}

}  // namespace luthier
