// ASHA: asynchronous successive halving. Li, Jamieson, Rostamizadeh, Gonina, Hardt, Recht and
// Talwalkar, "A system for massively parallel hyperparameter tuning" (2018, MLSys 2020).
//
// Rungs of bracket s lie at grace_period * rf^(k+s). A result enters the highest rung its trial has
// reached and not yet entered.
//   stop     Ray Tune's variant: the trial goes on unless its score is below the (1 - 1/rf)
//            percentile of the scores that entered the rung before it.
//   promote  the paper's algorithm 2: the trial pauses at its rung; free slots go to the best
//   trial,
//            of the highest rung that has one, which is among its rung's best floor(n / rf) and was
//            not promoted yet; else to a new trial.
// Departures.
//   From Ray Tune, stop: NaN or infinity at a rung stops the trial, also the first one there, and
//   does not count for the cutoff (Ray lets it go on); at max_t a trial without the metric stops
//   too. From the paper, promote: a rung's newcomer that would be promoted at once goes on without
//   a pause; NaN counts in n but is stopped; a trial that jumps over a rung enters only the highest
//   one it reached. The paper's supply of trials never ends; here, once no more come and nothing
//   runs, each bracket goes on promoting the best trial of its highest waiting rung until one trial
//   has completed, so that a search of fewer than rf^rungs trials also trains one to the end.
// Several objectives: a rung orders its trials by non-domination and then by hypervolume
//   contribution, those that entered it earlier included. stop: a trial goes on if it is among the
//   best 1/rf (rounded up) of all that have entered so far. promote: ranks are the places in this
//   order. A result costs O(n log n) then, n being the trials in its rung.
#include <cmath>

#include "base/text.h"
#include "base/try.h"
#include "luthier/scheduler.h"
#include "schedulers/rungs/ladder.h"
#include "schedulers/rungs/per_trial.h"
#include "schedulers/rungs/promotion.h"
#include "schedulers/rungs/pruner.h"
#include "schedulers/rungs/reading.h"
#include "schedulers/rungs/rung_front.h"
#include "schedulers/rungs/running_quantile.h"

namespace luthier {
namespace {

class StopMode : public TrialScheduler {
 public:
  explicit StopMode(const PluginContext& context)
      : ladder_(context.options), reading_(context), draw_(ladder_, context.seed) {
    // Ray's percentile is a per cent that NumPy divides again: the same steps give the same bits.
    const double quantile = (1 - 1 / ladder_.reduction_factor) * 100 / 100;
    for (std::int64_t s = 0; s < ladder_.brackets; ++s) {
      auto& rungs = brackets_.emplace_back();
      for (std::size_t k = 0; k < ladder_.rung_count(s); ++k) {
        rungs.push_back({ladder_.milestone(s, k), RunningQuantile(quantile), {}});
      }
    }
  }

  Decision on_result(const ExperimentView& /*view*/,
                     TrialId trial,
                     const TrialResult& result) override {
    const auto time = reading_.time(result);
    if (!time) {
      return {.reason = "no time yet"};
    }
    if (*time >= ladder_.max_t) {
      return reached_max_t(reading_, *time, ladder_.max_t);
    }
    if (!reading_.has_loss(result)) {
      return {.reason = "no metric yet"};
    }
    std::uint64_t& entered = entered_[trial];
    auto& rungs = brackets_[draw_(trial)];
    for (std::size_t k = rungs.size(); k-- > 0;) {
      const std::uint64_t bit = std::uint64_t{1} << k;
      if (*time >= rungs[k].milestone && (entered & bit) == 0) {
        entered |= bit;
        return reading_.is_multi_objective() ? judge(rungs[k], trial, reading_.losses(result))
                                             : judge(rungs[k], reading_.loss(result));
      }
    }
    return {.reason = "between rungs"};
  }

  std::optional<Choice> choose_trial_to_run(const ExperimentView& view) const override {
    return first_in_first_out(view);
  }

 private:
  struct Rung {
    double milestone;
    RunningQuantile scores;  // higher is better, as in Ray: the cutoff's rounding is not symmetric
    RungFront front;         // instead, with several objectives
  };

  Decision judge(Rung& rung, double loss) {
    if (!std::isfinite(loss)) {
      return not_a_number(reading_, rung.milestone);
    }
    const auto others = static_cast<std::int64_t>(rung.scores.size());
    const double cutoff = others > 0 ? 0 - rung.scores.value() : loss;
    const bool stays = others == 0 || !(0 - loss < 0 - cutoff);
    rung.scores.insert(0 - loss);
    if (others == 0) {
      return {.reason = "first at the rung of " + reading_.show_time(rung.milestone),
              .numbers = {{"rung", rung.milestone}, {"n", 0}}};
    }
    return {.kind = stays ? DecisionKind::proceed : DecisionKind::stop,
            .reason = reading_.show(loss) + (stays ? " is within" : " is worse than") +
                      " the best 1/" + format_number(ladder_.reduction_factor) + " of " +
                      counted(others, "result") + " at " + reading_.show_time(rung.milestone) +
                      " (cutoff " + reading_.show(cutoff) + ")",
            .numbers = {{"value", reading_.value(loss)},
                        {"cutoff", reading_.value(cutoff)},
                        {"rung", rung.milestone},
                        {"n", static_cast<double>(others)}}};
  }

  // With several objectives: the trial is to be among the rung's best 1/rf, rounded up.
  Decision judge(Rung& rung, TrialId trial, const Losses& losses) {
    if (!all_finite(losses)) {
      return not_a_number(reading_, rung.milestone);
    }
    rung.front.enter(trial, losses);
    const std::size_t rank = rung.front.rank(trial);
    const auto count = static_cast<double>(rung.front.size());
    const double quota = std::ceil(count / ladder_.reduction_factor);
    const bool stays = static_cast<double>(rank) < quota;
    return {.kind = stays ? DecisionKind::proceed : DecisionKind::stop,
            .reason = number_of_rung(reading_, rung.front, trial, count, rung.milestone) + "; " +
                      go_on_text(quota),
            .numbers = {{"rank", static_cast<double>(rank + 1)},
                        {"n", count},
                        {"kept", quota},
                        {"rung", rung.milestone}}};
  }

  Ladder ladder_;
  Reading reading_;
  BracketDraw draw_;
  std::vector<std::vector<Rung>> brackets_;
  PerTrial<std::uint64_t> entered_;  // a bit for each rung the trial has entered
};

Result<std::unique_ptr<TrialScheduler>> make(const PluginContext& context) {
  LUTHIER_TRY(check_ladder("asha", Ladder(context.options)));
  if (context.options.text("mode") == "promote") {
    return make_promoting_ladder(context, nullptr);
  }
  return std::unique_ptr<TrialScheduler>(std::make_unique<StopMode>(context));
}

std::vector<OptionSpec> options() {
  std::vector<OptionSpec> all = ladder_option_specs();
  all.push_back({.name = "brackets",
                 .type = OptionType::integer,
                 .default_value = 1,
                 .meaning =
                     "trials are spread over this many ladders, each starting one rung later; "
                     "more hedges against misleading early results",
                 .minimum = 1,
                 .maximum = 32});
  all.push_back({.name = "mode",
                 .type = OptionType::text,
                 .default_value = "stop",
                 .meaning = "stop: trials go on unless they are worse than the cutoff; promote: "
                            "they pause at a rung until they are among its best (needs checkpoints "
                            "to save work)",
                 .choices = {"stop", "promote"}});
  return all;
}

}  // namespace

SchedulerPlugin scheduler_asha() {
  return {
      .info = {.summary = "asynchronous successive halving: stops trials that are not among the "
                          "best 1/reduction_factor at each rung",
               .paper = "Li et al., A system for massively parallel hyperparameter tuning, 2018",
               .options = options(),
               .multi_objective = true,
               .requirements = true},
      .make = make};
}

}  // namespace luthier
