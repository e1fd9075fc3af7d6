// Tree-structured Parzen estimator (Bergstra et al., 2011), multivariate (Falkner et al., 2018): of
// some candidates drawn from the density of good trials, the one where it exceeds the density of
// all others most. Departures: conditional parameters are modelled jointly with their parents, and
// half of the suggestions are made within one branch by its own trials, since the good trials soon
// are all of one branch, which need not hold the optimum (measured on the conditional suite);
// running trials count as not good, so that parallel suggestions keep apart; better trials weigh
// more among the good. A fifth of the trials are good, not a tenth: measured on BBOB (bench
// quality). Once trials are stopped early kernels are at least as wide as Scott's rule has them:
// what a stopped trial reported says little about how near it was to the best, and narrow kernels
// then repeat themselves (measured on LCBench, bench schedulers). Failed trials are in neither
// density: a model of their own says where trials fail (search/feasibility/feasibility.h). Where
// trials have exactly the same loss, candidates that would repeat it are passed over
// (search/points/repeats.h). With several objectives the good trials are the first by front and
// then by hypervolume contribution (core/pareto/pareto_order.h), as in Ozaki et al.,
// "Multiobjective tree-structured Parzen estimator", 2022; each
// parameter then has densities of its own, since good trials differ in what they are good at, and
// what one of them has right is of use to the others (measured on ZDT1). Departure: the weights of
// the good trials are those of their ranks.
#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <unordered_map>

#include "base/format.h"
#include "base/text.h"
#include "core/state/ranked_loss.h"
#include "luthier/searcher.h"
#include "search/feasibility/feasibility.h"
#include "search/parzen/branches.h"
#include "search/parzen/candidates.h"
#include "search/parzen/history.h"
#include "search/points/explored.h"
#include "search/points/repeats.h"
#include "search/priors/priors.h"

namespace luthier {
namespace {

using parzen::History;

// A branch with fewer ended trials than this has nothing to learn from yet.
constexpr std::int64_t kFewTrials = 3;
constexpr std::size_t kMostOtherOfSeveral = 1000;  // independent densities take longer
constexpr double kLikelyToFail = 0.5;              // chance of success below which a branch is left

struct TpeOptions {
  std::int64_t startup_trials = 10;
  std::int64_t candidates = 24;
  double branch_share = 0.5;
  parzen::HistoryOptions history;
};

class Tpe : public Searcher {
 public:
  Tpe(const TpeOptions& options, std::span<const Objective> objectives, Priors priors)
      : options_(options),
        objectives_(objectives.begin(), objectives.end()),
        priors_(std::move(priors)) {
    if (objectives.size() > 1) {
      options_.history.most_other = std::min(options_.history.most_other, kMostOtherOfSeveral);
    }
  }

  Suggestion suggest(const ExperimentView& view, TrialId trial) const override {
    if (auto believed = priors_.proposal(view, trial, explored_)) {
      return *std::move(believed);
    }
    if (!history_ || ended(*history_) < startup_trials(view.space()) ||
        history_->good().size() == 0) {
      return start_up(view, trial);
    }
    if (auto suggestion = from_a_branch(view, trial)) {
      return *suggestion;
    }
    const auto number = static_cast<std::uint64_t>(trial.value);
    Rng rng(view.seed(), "tpe", number);
    const std::vector<double> grid = view.space().grid_point(number % view.space().grid_size());
    auto suggestion = best_of(view.space(), grid, *history_, rng, {});
    return suggestion ? std::move(*suggestion) : start_up(view, trial);
  }

  void on_trial_added(const ExperimentView& view, TrialId trial) override {
    const CompiledSpace& space = view.space();
    if (!history_) {
      const auto axes = parzen::kernel_axes(space);
      history_.emplace(axes, options_.history);
      branches_.emplace(axes, options_.history);
    }
    rank_paused(view);
    explored_.add(space, view.config(trial));
    priors_.added(view, trial);
    const std::vector<double> point = point_of(view, trial);
    history_->added(trial, point);
    branches_->added(trial, point);
  }

  void on_result(const ExperimentView& view, TrialId trial, const TrialResult& result) override {
    if (!history_->is_live(trial)) {
      const std::vector<double> point = point_of(view, trial);
      history_->returned(trial, point);
      branches_->returned(trial, point);
    }
    std::vector<double> losses = ranked_losses(objectives_, result);
    history_->reported(trial, result.training_iteration, losses);
    branches_->reported(trial, result.training_iteration, losses);
    priors_.reported(trial, result.training_iteration, losses);
    losses_[trial.value] = std::move(losses);
  }

  void on_trial_changed(const ExperimentView& view, TrialId trial) override {
    explored_.add(view.space(), view.config(trial));
    priors_.changed(view, trial);
    const std::vector<double> point = point_of(view, trial);
    history_->changed(trial, point);
    branches_->changed(trial, point);
  }

  void on_trial_ended(const ExperimentView& view, TrialId trial) override {
    history_->ended(trial, view.state(trial));
    branches_->ended(trial, view.state(trial));
    priors_.ended(view, trial);
    const std::vector<double> point = point_of(view, trial);
    feasibility_.ended(view.space(), trial, point, history_->has_failed(trial));
    const auto loss = losses_.find(trial.value);
    if (loss != losses_.end() && !history_->has_failed(trial) &&
        view.state(trial) == TrialState::completed && !is_infeasible(loss->second.front())) {
      repeats_.completed(view.space(), trial, point, identity(loss->second));
    } else {
      repeats_.forget(trial);
    }
    losses_.erase(trial.value);
  }

 private:
  static std::vector<double> point_of(const ExperimentView& view, TrialId trial) {
    return parzen::settled_point(view.space(), view.config(trial));
  }

  static std::int64_t ended(const History& history) {
    return history.observed() + history.failures();
  }

  // A number that tells these losses from any others: a single loss itself.
  double identity(const std::vector<double>& losses) {
    if (losses.size() == 1) {
      return losses.front();
    }
    const auto number = static_cast<double>(identities_.size());
    return identities_.try_emplace(losses, number).first->second;
  }

  // A trial paused by its scheduler may never go on: until it does, it has been stopped where it
  // is.
  void rank_paused(const ExperimentView& view) {
    for (const TrialId trial : history_->live_with_results()) {
      if (view.state(trial) == TrialState::paused) {
        history_->paused(trial);
        branches_->paused(trial);
      }
    }
  }

  // The density of good trials hardly leads into a branch that none of them took, so where there
  // are branches half as many draws again look for one (measured on the conditional suite).
  std::int64_t startup_trials(const CompiledSpace& space) const {
    const bool branches =
        std::ranges::any_of(space.axes(), [](const Axis& axis) { return axis.conditional; });
    return branches ? options_.startup_trials * 3 / 2 : options_.startup_trials;
  }

  Suggestion start_up(const ExperimentView& view, TrialId trial) const {
    return explored_.as_declared(view, trial, "start-up draw");
  }

  std::optional<Suggestion> from_a_branch(const ExperimentView& view, TrialId trial) const;
  std::optional<Suggestion> best_of(const CompiledSpace& space,
                                    std::span<const double> grid,
                                    const History& history,
                                    Rng& rng,
                                    const parzen::Branch& branch) const;

  TpeOptions options_;
  std::vector<Objective> objectives_;
  Explored explored_;
  Feasibility feasibility_;
  Repeats repeats_;
  Priors priors_;
  // The last of running trials, look-ups only.
  std::unordered_map<std::int64_t, std::vector<double>> losses_;
  std::map<std::vector<double>, double> identities_;  // with several objectives
  std::optional<History> history_;
  std::optional<parzen::Branches> branches_;
};

// The less tried of two branches drawn as declared, searched by its own trials alone, however good
// or bad these are beside those of other branches.
std::optional<Suggestion> Tpe::from_a_branch(const ExperimentView& view, TrialId trial) const {
  const auto number = static_cast<std::uint64_t>(trial.value);
  const CompiledSpace& space = view.space();
  const std::uint64_t cell = number % space.grid_size();
  Rng rng(view.seed(), "tpe branch", number);
  if (branches_->is_empty() || rng.uniform() >= options_.branch_share) {
    return std::nullopt;
  }
  auto config = space.sample(rng, cell);
  auto second = space.sample(rng, cell);
  if (!config || !second) {
    return std::nullopt;
  }
  const auto tried = [&](const Config& drawn) {
    const History* history = branches_->find(parzen::branch_of(space.encode(drawn)));
    return history == nullptr ? 0 : ended(*history);
  };
  if (tried(*second) < tried(*config)) {
    config = std::move(second);
  }
  const parzen::Branch branch = parzen::branch_of(space.encode(*config));
  const History* history = branches_->find(branch);
  if (history != nullptr && history->observed() >= kFewTrials && history->good().size() > 0) {
    return best_of(space, space.grid_point(cell), *history, rng, branch);
  }
  if (explored_.contains(space, *config) ||
      feasibility_.chance_of_success(space.encode(*config)) < kLikelyToFail) {
    return std::nullopt;
  }
  return Proposal{.config = std::move(*config), .reason = "draw in a branch with few trials"};
}

std::optional<Suggestion> Tpe::best_of(const CompiledSpace& space,
                                       std::span<const double> grid,
                                       const History& history,
                                       Rng& rng,
                                       const parzen::Branch& branch) const {
  const parzen::Allowed allowed = [&](std::span<const double> point) {
    return (branch.empty() || parzen::branch_of(point) == branch) && !repeats_.contains(point);
  };
  const auto best = parzen::best_candidate({.space = space,
                                            .grid = grid,
                                            .good = history.good(),
                                            .other = history.other(),
                                            .explored = explored_,
                                            .feasibility = feasibility_,
                                            .independent = objectives_.size() > 1,
                                            .count = static_cast<std::size_t>(options_.candidates),
                                            .allowed = allowed,
                                            .priors = priors_.empty() ? nullptr : &priors_},
                                           rng);
  if (!best) {
    return std::nullopt;
  }
  return Proposal{
      .config = space.decode(best->point),
      .reason = formatted(
          "best of {} candidates by {} good and {} other trials{}; log density ratio {}{}",
          best->compared,
          history.good().size(),
          history.other().size(),
          branch.empty() ? "" : " of its branch",
          format_number(std::round(best->log_ratio * 1000) / 1000),
          priors_.told(best->point))};
}

std::vector<OptionSpec> options() {
  return {
      {.name = "startup_trials",
       .type = OptionType::integer,
       .default_value = 10,
       .meaning =
           "independent draws until so many trials have ended, half as many again in a space "
           "with conditions; more explores longer",
       .minimum = 1},
      {.name = "candidates",
       .type = OptionType::integer,
       .default_value = 24,
       .meaning = "points drawn for each suggestion; more exploits harder and takes longer",
       .minimum = 1,
       .maximum = 100000},
      {.name = "branch_share",
       .type = OptionType::number,
       .default_value = 0.5,
       .meaning = "share of suggestions, in a space with conditions, made within one branch that "
                  "was tried little; more explores wider",
       .minimum = 0,
       .maximum = 1},
      {.name = "good_fraction",
       .type = OptionType::number,
       .default_value = 0.2,
       .meaning = "share of ended trials called good; more explores wider",
       .minimum = 0.001,
       .maximum = 1},
      {.name = "most_good",
       .type = OptionType::integer,
       .default_value = 25,
       .meaning = "at most so many trials are called good; more explores wider",
       .minimum = 1,
       .maximum = 1000},
      {.name = "prior_weight",
       .type = OptionType::number,
       .default_value = 1.0,
       .meaning = "weight of the declared distributions, in observations; more explores wider",
       .minimum = 1e-6,
       .maximum = 1e6},
      {.name = "spread",
       .type = OptionType::number,
       .default_value = 0.8,
       .meaning = "least width of a density's kernels, as a share of the range with one trial and "
                  "less with more, once trials were stopped early; more explores wider",
       .minimum = 0,
       .maximum = 1},
      {.name = "window",
       .type = OptionType::integer,
       .default_value = 10000,
       .meaning = "other trials remembered, the newest; fewer makes suggestions faster",
       .minimum = 10},
  };
}

}  // namespace

SearcherPlugin searcher_tpe() {
  return {.info = {.summary = "tree-structured Parzen estimator over all parameters jointly",
                   .paper = "Bergstra et al., Algorithms for Hyper-Parameter Optimization, 2011",
                   .version = 3,
                   .options = options(),
                   .multi_objective = true,
                   .requirements = true,
                   .priors = true},
          .make = [](const PluginContext& context) -> Result<std::unique_ptr<Searcher>> {
            const NamedValues& given = context.options;
            const TpeOptions tpe{
                .startup_trials = given.integer("startup_trials"),
                .candidates = given.integer("candidates"),
                .branch_share = given.number("branch_share"),
                .history = {.good_fraction = given.number("good_fraction"),
                            .most_good = given.integer("most_good"),
                            .prior_weight = given.number("prior_weight"),
                            .spread = given.number("spread"),
                            .most_other = static_cast<std::size_t>(given.integer("window"))}};
            return std::unique_ptr<Searcher>(
                std::make_unique<Tpe>(tpe, context.objectives, Priors(context)));
          }};
}

}  // namespace luthier
