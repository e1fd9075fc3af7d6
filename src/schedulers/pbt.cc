// Population based training. Jaderberg, Dalibard, Osindero, Czarnecki, Donahue, Razavi, Vinyals,
// Green, Dunning, Simonyan, Fernando and Kavukcuoglu, "Population based training of neural
// networks" (2017): exploit by truncation selection, explore by resampling or perturbing (section
// 3).
//
// Every perturbation_interval a trial is ranked among the unfinished trials by its latest score,
// with k = ceil(n * quantile_fraction), at most n/2. The best k save a checkpoint. Each of the
// worst k pauses and goes on from the checkpoint of a donor, one of the best k, with the donor's
// configuration explored (population/explorer.h). When other trials wait for a slot, a trial gives
// its own up after each interval; the least trained one goes on next.
// synch: all trials train to the same time and wait there, then all are ranked at once.
// Departures from Ray Tune.
//   NaN and infinity rank below every number (Ray leaves NaN trials as they are), never as donors.
//   A donor must have saved at its last step; if the one drawn has not, another of the best k is
//   taken (at most 16 are tried; Ray skips the step). If a donor has lost its checkpoint when the
//   slot comes, the trial goes on from its own. Values stay inside the declared bounds and steps,
//   and integers always move. Searchers are welcome: they propose the first generation. synch
//   compares when nothing runs any more, so a trial held by a person does not block the rest.
#include <cmath>

#include "base/failure.h"
#include "base/text.h"
#include "base/try.h"
#include "luthier/rng.h"
#include "luthier/scheduler.h"
#include "schedulers/population/explorer.h"
#include "schedulers/population/population_training.h"

namespace luthier {
namespace {

// The numbers in a text such as "1.2, 0.8"; the error names the first that is none.
Result<std::vector<double>> parse_factors(const std::string& text) {
  std::vector<double> factors;
  for (const std::string& part : split(text, ',')) {
    const auto factor = parse_number(part);
    if (!factor || !std::isfinite(*factor) || *factor <= 0) {
      return failure(
          ErrorCode::invalid_argument,
          "option perturbation_factors of scheduler 'pbt' is \"{}\"; it must be positive "
          "numbers separated by commas, such as 1.2,0.8",
          text);
    }
    factors.push_back(*factor);
  }
  return factors;
}

class RandomExploration : public Exploration {
 public:
  RandomExploration(Explorer explorer, std::uint64_t seed)
      : explorer_(std::move(explorer)), seed_(seed) {}

  ExploredConfig explore(const ExperimentView& view,
                         TrialId /*trial*/,
                         TrialId donor,
                         std::uint64_t draw) const override {
    Rng rng(seed_, "pbt.explore", draw);
    return explorer_.explore(view.space(), view.config(donor), rng);
  }

 private:
  Explorer explorer_;
  std::uint64_t seed_;
};

Result<std::unique_ptr<TrialScheduler>> make(const PluginContext& context) {
  LUTHIER_TAKE(auto factors, parse_factors(context.options.text("perturbation_factors")));
  LUTHIER_TAKE(auto parameters, explored_parameters("pbt", context));
  Explorer explorer({.resample_probability = context.options.number("resample_probability"),
                     .factors = std::move(factors),
                     .parameters = std::move(parameters)});
  return std::unique_ptr<TrialScheduler>(std::make_unique<PopulationTraining>(
      context, std::make_unique<RandomExploration>(std::move(explorer), context.seed)));
}

std::vector<OptionSpec> options() {
  std::vector<OptionSpec> all = population_option_specs();
  all.push_back({.name = "resample_probability",
                 .default_value = 0.25,
                 .meaning = "chance that a parameter is drawn anew instead of moved; more explores "
                            "wider",
                 .minimum = 0,
                 .maximum = 1});
  all.push_back({.name = "perturbation_factors",
                 .type = OptionType::text,
                 .default_value = "1.2,0.8",
                 .meaning = "numbers are multiplied by one of these"});
  return all;
}

}  // namespace

SchedulerPlugin scheduler_pbt() {
  return {
      .info = {.summary = "population based training: poor trials copy good ones and vary their "
                          "configuration",
               .paper = "Jaderberg et al., Population based training of neural networks, 2017",
               .version = 2,
               .options = options(),
               .requirements = true},
      .needs_checkpoints = true,
      .make = make};
}

}  // namespace luthier
