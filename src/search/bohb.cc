// The model of BOHB. Falkner, Klein and Hutter, "BOHB: robust and efficient hyperparameter
// optimization at scale" (ICML 2018), section 3.2: two kernel densities, of the good and of the
// other results at the highest budget that has at least min_points + 2 of them; the candidate where
// their ratio is largest. A share of the trials stays random, so that no budget's bias can mislead
// it for ever. Any scheduler that trains trials for different times may go with it.
//
// Departures from the paper. A budget is a training_iteration, and every trial that has passed it
// counts there, not only those that were stopped at it. The good and the others never overlap.
// Kernels are those of searcher tpe: one a good observation, as wide as the gap to its neighbours
// or as Scott's rule has it, and a uniform prior in place of the paper's widened draws. Conditional
// parameters are modelled jointly with their parents. Candidates are few and come from the space,
// not from the good density; a candidate where trials fail counts for less
// (search/feasibility/feasibility.h); random trials keep their distance from those before; a model
// is made as soon as there are six results; the later, the fewer trials follow it: measured on
// LCBench (bench schedulers), where the paper's settings repeat themselves once they have found
// something.
#include <algorithm>
#include <cmath>
#include <optional>
#include <unordered_set>

#include "base/format.h"
#include "base/text.h"
#include "core/state/ranked_loss.h"
#include "luthier/searcher.h"
#include "search/bohb/budget_model.h"
#include "search/parzen/candidates.h"
#include "search/points/spread_draws.h"
#include "search/priors/priors.h"

namespace luthier {
namespace {

struct BohbOptions {
  std::size_t min_points;
  double good_fraction;
  double spread;
  std::size_t candidates;
  parzen::DrawFrom from;
  bohb::Target target;
  SpreadDrawsOptions draws;
};

class Bohb : public Searcher {
 public:
  Bohb(const BohbOptions& options, Objective objective, Priors priors)
      : options_(options),
        objective_(std::move(objective)),
        priors_(std::move(priors)),
        draws_(options.draws) {}

  Suggestion suggest(const ExperimentView& view, TrialId trial) const override {
    const auto number = static_cast<std::uint64_t>(trial.value);
    Rng rng(view.seed(), "bohb", number);
    if (!model_ || !model_->is_ready()) {
      return random(view, trial, "random: no budget has enough results yet");
    }
    if (rng.uniform() >= draws_.guided_share(number)) {
      return random(view, trial, "random: part of the share that always stays random");
    }
    const CompiledSpace& space = view.space();
    const auto grid = space.grid_point(number % space.grid_size());
    const auto best = parzen::best_candidate({.space = space,
                                              .grid = grid,
                                              .good = model_->good(),
                                              .other = model_->other(),
                                              .explored = explored_,
                                              .feasibility = feasibility_,
                                              .from = options_.from,
                                              .count = options_.candidates,
                                              .priors = priors_.empty() ? nullptr : &priors_},
                                             rng);
    if (!best) {
      return random(view, trial, "random: the model found nothing new");
    }
    return Proposal{
        .config = space.decode(best->point),
        .reason = formatted("by {} good of {} results at iteration {}; log density ratio {}{}",
                            model_->good().size(),
                            model_->observations(),
                            model_->budget(),
                            format_number(std::round(best->log_ratio * 1000) / 1000),
                            priors_.told(best->point))};
  }

  void on_trial_added(const ExperimentView& view, TrialId trial) override {
    if (!model_) {
      model_.emplace(
          parzen::kernel_axes(view.space()),
          bohb::ModelOptions{
              options_.target, options_.min_points, options_.good_fraction, options_.spread});
    }
    tried(view, trial);
    priors_.added(view, trial);
  }

  void on_result(const ExperimentView& view, TrialId trial, const TrialResult& result) override {
    const double loss = ranked_loss(objective_, result);
    priors_.reported(trial, result.training_iteration, {loss});
    model_->observe(result.training_iteration, trial, loss, point_of(view, trial));
    if (std::isfinite(loss)) {
      diverged_.erase(trial.value);
    } else {
      diverged_.insert(trial.value);
    }
  }

  void on_trial_changed(const ExperimentView& view, TrialId trial) override {
    tried(view, trial);
    priors_.changed(view, trial);
  }
  void on_trial_ended(const ExperimentView& view, TrialId trial) override {
    const bool has_failed =
        view.state(trial) == TrialState::failed || diverged_.contains(trial.value);
    feasibility_.ended(view.space(), trial, point_of(view, trial), has_failed);
    priors_.ended(view, trial);
  }

 private:
  void tried(const ExperimentView& view, TrialId trial) {
    const Config config = view.config(trial);
    explored_.add(view.space(), config);
    if (options_.draws.spacing > 1) {
      draws_.add(view.space(), config);
    }
  }

  static std::vector<double> point_of(const ExperimentView& view, TrialId trial) {
    return parzen::settled_point(view.space(), view.config(trial));
  }

  Suggestion random(const ExperimentView& view, TrialId trial, std::string_view why) const {
    if (auto believed = priors_.proposal(view, trial, explored_)) {
      return *std::move(believed);
    }
    return draws_.draw(view, trial, explored_, why);
  }

  BohbOptions options_;
  Objective objective_;
  Explored explored_;
  Feasibility feasibility_;
  std::unordered_set<std::int64_t> diverged_;  // trials whose last loss is no finite number
  Priors priors_;
  SpreadDraws draws_;
  std::optional<bohb::BudgetModel> model_;
};

std::vector<OptionSpec> options() {
  return {
      {.name = "min_points",
       .type = OptionType::integer,
       .default_value = 4,
       .meaning = "a budget with two results more than this can be modelled; more starts later and "
                  "surer",
       .minimum = 1,
       .maximum = 1000000},
      {.name = "good_fraction",
       .type = OptionType::number,
       .default_value = 0.15,
       .meaning = "share of the results called good; more explores wider",
       .minimum = 0.001,
       .maximum = 0.999},
      {.name = "spread",
       .type = OptionType::number,
       .default_value = 0.8,
       .meaning = "least width of a density's kernels, as a share of the range with one result and "
                  "less with more; more explores wider",
       .minimum = 0,
       .maximum = 1},
      {.name = "candidates",
       .type = OptionType::integer,
       .default_value = 8,
       .meaning = "points drawn for each suggestion; more exploits harder and takes longer",
       .minimum = 1,
       .maximum = 100000},
      {.name = "draw_from",
       .type = OptionType::text,
       .default_value = "space",
       .meaning = "where candidates come from: the density of the good results, or the space "
                  "as declared, which explores wider",
       .choices = {"good", "space"}},
      {.name = "target",
       .type = OptionType::text,
       .default_value = "budget",
       .meaning = "budget: results at the highest budget with enough of them; progress: the "
                  "last result of every trial, those that got farther first",
       .choices = {"budget", "progress"}},
      {.name = "random_fraction",
       .type = OptionType::number,
       .default_value = 0.2,
       .meaning = "share of the trials that stay random; more explores wider",
       .minimum = 0,
       .maximum = 1},
      {.name = "guided_trials",
       .type = OptionType::number,
       .default_value = 100.0,
       .meaning = "after n trials a share of guided_trials / n is proposed by the model, if that "
                  "is less than random_fraction leaves; more trusts the model longer",
       .minimum = 1,
       .maximum = 1e9},
      {.name = "spacing",
       .type = OptionType::integer,
       .default_value = 8,
       .meaning = "a random trial is the farthest of so many draws from all trials so far; more "
                  "spreads them more evenly and takes longer",
       .minimum = 1,
       .maximum = 1000}};
}

}  // namespace

SearcherPlugin searcher_bohb() {
  return {
      .info = {.summary = "Parzen densities at the highest budget with enough results",
               .paper = "Falkner et al., BOHB: robust and efficient hyperparameter optimization "
                        "at scale, 2018",
               .version = 4,
               .options = options(),
               .requirements = true,
               .priors = true},
      .make = [](const PluginContext& context) -> Result<std::unique_ptr<Searcher>> {
        const NamedValues& given = context.options;
        const BohbOptions bohb{.min_points = static_cast<std::size_t>(given.integer("min_points")),
                               .good_fraction = given.number("good_fraction"),
                               .spread = given.number("spread"),
                               .candidates = static_cast<std::size_t>(given.integer("candidates")),
                               .from = given.text("draw_from") == "space" ? parzen::DrawFrom::space
                                                                          : parzen::DrawFrom::good,
                               .target = given.text("target") == "progress" ? bohb::Target::progress
                                                                            : bohb::Target::budget,
                               .draws = {.random_fraction = given.number("random_fraction"),
                                         .guided_trials = given.number("guided_trials"),
                                         .spacing = given.integer("spacing")}};
        return std::unique_ptr<Searcher>(
            std::make_unique<Bohb>(bohb, context.objectives.front(), Priors(context)));
      }};
}

}  // namespace luthier
