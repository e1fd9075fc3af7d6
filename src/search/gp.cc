// Bayesian optimisation with a Gaussian process (Jones, Schonlau and Welch, "Efficient global
// optimization of expensive black-box functions", 1998): the point where the expected improvement
// is largest is proposed. Departures: the kernel has a rough part (search/gp/kernel.h) and is
// fitted with priors; losses are warped (search/gp/ranking.h); beyond some trials the model is made
// of the best and of a selection of the others, so that the cost is bounded. Failed trials are not
// part of it: a model of their own says where trials fail (search/feasibility/feasibility.h), and
// only failures that it expects count, as the worst loss. Where trials have exactly the same loss,
// places that would repeat it are passed over (search/points/repeats.h). Where the losses look
// noisy, the best place is tried once more: that tells noise from roughness, which the fit can't
// until many trials are close together. With several objectives
// each has a model of its own, and the expected gain of hypervolume takes the place of the
// improvement (search/gp/front_gain.h), over the front of the means predicted at the trials. With
// requirements, each has a model of by how much it is missed, and only feasible trials count as
// the best so far (Gardner et al. 2014).
#include <algorithm>
#include <cmath>
#include <optional>

#include "core/state/ranked_loss.h"
#include "core/state/trial_score.h"
#include "luthier/searcher.h"
#include "search/feasibility/feasibility.h"
#include "search/gp/fit.h"
#include "search/gp/improvement.h"
#include "search/gp/reason.h"
#include "search/gp/replicates.h"
#include "search/gp/trials.h"
#include "search/parzen/mixture.h"
#include "search/points/explored.h"
#include "search/points/repeats.h"
#include "search/priors/priors.h"

namespace luthier {
namespace {

constexpr double kRefitGrowth = 1.1;  // of the trials, from one fit of the kernel to the next
constexpr std::size_t kMostToFit = 150;
constexpr double kRandomOnceStopped = 0.25;
constexpr std::size_t kMostFailures = 50;
constexpr double kLikely = 0.5;   // chance of success
constexpr double kSuspicion = 2;  // evidence of noise that is worth a trial to make sure
constexpr double kSame = 1e-6;    // coordinates so near are those of one place

struct GpOptions {
  std::size_t startup_trials;
  std::size_t candidates;
  std::size_t most_points;
  std::optional<double> random_fraction;
};

bool is_same(double a, double b) {
  return std::abs(a - b) <= kSame || (std::isnan(a) && std::isnan(b));
}

bool holds(const gp::Points& points, std::span<const double> point) {
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (std::ranges::equal(points[i], point, is_same)) {
      return true;
    }
  }
  return false;
}

gp::Distance distance_of(const Axis& axis) {
  return axis.kind == AxisKind::categorical ? gp::Distance::categorical
         : axis.conditional                 ? gp::Distance::conditional
                                            : gp::Distance::numeric;
}

class GpSearch : public Searcher {
 public:
  GpSearch(const GpOptions& options, std::span<const Objective> objectives, Priors priors)
      : options_(options),
        objectives_(objectives.begin(), objectives.end()),
        priors_(std::move(priors)) {}

  Suggestion suggest(const ExperimentView& view, TrialId trial) const override {
    if (!trials_ || !has_started() || view.space().axes().empty()) {
      if (auto believed = priors_.proposal(view, trial, explored_)) {
        return *std::move(believed);
      }
      return explored_.as_declared(view, trial, "start-up draw");
    }
    Rng rng(view.seed(), "gp", static_cast<std::uint64_t>(trial.value));
    if (rng.uniform() < random_fraction()) {
      return explored_.as_declared(
          view, trial, "random: part of the share that always stays random");
    }
    auto suggestion = guided(view, trial, rng);
    return suggestion ? std::move(*suggestion)
                      : explored_.as_declared(view, trial, "random: the model found nothing new");
  }

  void on_trial_added(const ExperimentView& view, TrialId trial) override {
    if (!trials_) {
      trials_.emplace(objectives_.size(), view.space().axes().size());
    }
    for (const TrialId each : trials_->first().running()) {
      if (view.state(each) == TrialState::paused) {
        trials_->paused(each);
      }
    }
    explored_.add(view.space(), view.config(trial));
    priors_.added(view, trial);
    trials_->placed(trial, point_of(view, trial));
    note_growth();
  }
  void on_result(const ExperimentView& /*view*/,
                 TrialId trial,
                 const TrialResult& result) override {
    trials_->reported(
        trial, result.training_iteration, losses_of(objectives_, result.metrics), result.excess);
    priors_.reported(trial, result.training_iteration, ranked_losses(objectives_, result));
  }
  void on_trial_changed(const ExperimentView& view, TrialId trial) override {
    explored_.add(view.space(), view.config(trial));
    priors_.changed(view, trial);
    trials_->placed(trial, point_of(view, trial));
  }
  void on_trial_ended(const ExperimentView& view, TrialId trial) override {
    trials_->ended(trial, view.state(trial));
    priors_.ended(view, trial);
    const gp::Ranking& ranking = trials_->first();
    const bool has_failed = ranking.has_failed(trial);
    feasibility_.ended(view.space(), trial, ranking.point(trial), has_failed);
    if (!has_failed && view.state(trial) == TrialState::completed) {
      repeats_.completed(view.space(), trial, ranking.point(trial), trials_->identity(trial));
      replicates_.completed(ranking.point(trial), view.iteration(trial), trials_->identity(trial));
    } else {
      repeats_.forget(trial);
    }
    note_growth();
  }

 private:
  static std::vector<double> point_of(const ExperimentView& view, TrialId trial) {
    return parzen::settled_point(view.space(), view.config(trial));
  }

  // A model takes two trials at least.
  bool has_started() const {
    const gp::Ranking& ranking = trials_->first();
    return ranking.size() >= 2 && ranking.size() + ranking.failures() >= options_.startup_trials;
  }

  // What was stopped early says less about the best: the model is trusted less.
  double random_fraction() const {
    return options_.random_fraction.value_or(
        trials_->first().some_were_stopped() ? kRandomOnceStopped : 0);
  }

  void note_growth();
  const gp::Fit& fit(const CompiledSpace& space, std::size_t model) const;
  const gp::Kernel& kernel(const CompiledSpace& space, std::size_t model) const;
  std::optional<Suggestion> replicate(const ExperimentView& view, const gp::Points& modelled) const;
  void add_failing_region(const gp::Points& failed, gp::Ranking::Sample& sample) const;
  std::vector<gp::Posterior> requirement_models(const CompiledSpace& space,
                                                const gp::TrialIds& trials,
                                                const gp::Points& pending) const;
  gp::Points so_far(const gp::TrialIds& trials, const gp::Points& modelled) const;
  gp::Allowed allowed(const CompiledSpace& space, const gp::Points& modelled) const;
  std::optional<Suggestion> guided(const ExperimentView& view, TrialId trial, Rng& rng) const;

  GpOptions options_;
  std::vector<Objective> objectives_;
  Explored explored_;
  Feasibility feasibility_;
  Repeats repeats_;
  Priors priors_;
  gp::Replicates replicates_;
  std::optional<gp::Trials> trials_;
  std::size_t fitted_at_ = 0;
  // Of the objectives, then of the requirements, as the trials were then; nothing of one that all
  // trials met or missed alike.
  std::vector<std::optional<gp::Data>> to_fit_;
  mutable std::vector<std::optional<gp::Fit>> fits_;  // functions of to_fit_
};

// The kernels are fitted again when the trials have grown by a share since. From what they are
// fitted is a matter of the facts alone, so whether anyone asked meanwhile changes nothing.
void GpSearch::note_growth() {
  const std::size_t size = trials_->first().size();
  if (static_cast<double>(size) < kRefitGrowth * static_cast<double>(fitted_at_) ||
      !has_started()) {
    return;
  }
  fitted_at_ = size;
  to_fit_.clear();
  const gp::TrialIds trials = trials_->modelled(std::min(options_.most_points, kMostToFit));
  for (std::size_t i = 0; i < trials_->objectives(); ++i) {
    gp::Ranking::Sample sample = trials_->sample(i, trials);
    to_fit_.emplace_back(gp::Data{std::move(sample.points), std::move(sample.values)});
  }
  for (std::size_t i = 0; i < trials_->requirements(); ++i) {
    to_fit_.push_back(trials_->of_requirement(i, trials));
  }
  fits_.assign(to_fit_.size(), std::nullopt);
}

const gp::Fit& GpSearch::fit(const CompiledSpace& space, std::size_t model) const {
  std::optional<gp::Fit>& fit = fits_[model];
  if (!fit) {
    std::vector<gp::Distance> distances;
    for (const Axis& axis : space.axes()) {
      distances.push_back(distance_of(axis));
    }
    fit = gp::fit(to_fit_[model]->points, to_fit_[model]->values, std::move(distances));
  }
  return *fit;
}

const gp::Kernel& GpSearch::kernel(const CompiledSpace& space, std::size_t model) const {
  const gp::Fit& found = fit(space, model);
  return replicates_.differ() || found.is_beyond_doubt() ? found.noisy : found.rough;
}

// The best trial's configuration, where its loss a second time would tell noise from roughness.
std::optional<Suggestion> GpSearch::replicate(const ExperimentView& view,
                                              const gp::Points& modelled) const {
  const gp::Ranking& ranking = trials_->first();
  const CompiledSpace& space = view.space();
  if (replicates_.are_known() || objectives_.size() > 1 || ranking.some_were_stopped() ||
      space.cardinality() || fit(space, 0).evidence < kSuspicion) {
    return std::nullopt;
  }
  const TrialId best = ranking.chosen(2).front();
  const gp::Points pending = ranking.pending();
  for (std::size_t i = 0; i < pending.size(); ++i) {
    if (holds(modelled, pending[i])) {
      return std::nullopt;
    }
  }
  if (holds(ranking.failed(), ranking.point(best))) {
    return std::nullopt;
  }
  return Proposal{
      .config = view.config(best),
      .reason = "the losses look noisy: the best configuration once more, to make sure"};
}

std::vector<gp::Posterior> GpSearch::requirement_models(const CompiledSpace& space,
                                                        const gp::TrialIds& trials,
                                                        const gp::Points& pending) const {
  std::vector<gp::Posterior> models;
  for (std::size_t model = trials_->objectives(); model < to_fit_.size(); ++model) {
    const auto data = to_fit_[model]
                          ? trials_->of_requirement(model - trials_->objectives(), trials)
                          : std::nullopt;
    if (data) {
      models.emplace_back(data->points, data->values, pending, kernel(space, model));
    }
  }
  return models;
}

// The newest failures where failures are to be expected count as the worst loss there is, so that
// the region that they are in promises nothing.
void GpSearch::add_failing_region(const gp::Points& failed, gp::Ranking::Sample& sample) const {
  if (!feasibility_.is_informative()) {
    return;
  }
  const double worst = *std::ranges::max_element(sample.values);
  for (std::size_t i = failed.size() - std::min(failed.size(), kMostFailures); i < failed.size();
       ++i) {
    if (feasibility_.chance_of_success(failed[i]) < kLikely) {
      sample.points.add(failed[i]);
      sample.values.push_back(worst);
    }
  }
}

// Where what is to be improved was found.
gp::Points GpSearch::so_far(const gp::TrialIds& trials, const gp::Points& modelled) const {
  if (trials_->requirements() == 0) {
    return modelled;
  }
  gp::Points out{.axes = modelled.axes, .x = {}};
  for (const TrialId each : trials_->incumbents(trials)) {
    out.add(trials_->first().point(each));
  }
  return out;
}

gp::Allowed GpSearch::allowed(const CompiledSpace& space, const gp::Points& modelled) const {
  const bool is_checked =
      !space.declaration().constraints().empty() || space.cardinality().has_value();
  return [this,
          &space,
          &modelled,
          is_checked,
          pending = trials_->first().pending(),
          failed = trials_->first().failed()](std::span<const double> point) {
    if (holds(modelled, point) || holds(pending, point) || holds(failed, point) ||
        repeats_.contains(point)) {
      return false;
    }
    const Config config = is_checked ? space.decode(point) : Config();
    return !is_checked ||
           (space.satisfies_constraints(config) && !explored_.contains(space, config));
  };
}

// Better than what the models predict at the best of the trials: losses may be noisy.
std::optional<Suggestion> GpSearch::guided(const ExperimentView& view,
                                           TrialId trial,
                                           Rng& rng) const {
  const CompiledSpace& space = view.space();
  const gp::TrialIds trials = trials_->modelled(options_.most_points);
  const gp::Points pending = trials_->first().pending();
  std::vector<gp::Ranking::Sample> samples;
  std::vector<gp::Posterior> models;
  for (std::size_t i = 0; i < trials_->objectives(); ++i) {
    gp::Ranking::Sample& sample = samples.emplace_back(trials_->sample(i, trials));
    add_failing_region(trials_->first().failed(), sample);
    models.emplace_back(sample.points, sample.values, pending, kernel(space, i));
  }
  if (auto again = replicate(view, samples.front().points)) {
    return again;
  }
  const auto requirements = requirement_models(space, trials, pending);
  const gp::Points& modelled = samples.front().points;
  const gp::Goal goal(models, so_far(trials, modelled));
  const gp::Allowed may_be_proposed = allowed(space, modelled);
  const std::vector<double> grid =
      space.grid_point(static_cast<std::uint64_t>(trial.value) % space.grid_size());
  const gp::Search search{.space = space,
                          .objectives = models,
                          .requirements = requirements,
                          .feasibility = feasibility_,
                          .goal = goal,
                          .good = trials_->good(trials),
                          .draws = options_.candidates,
                          .priors = priors_.empty() ? nullptr : &priors_};
  const auto place = gp::most_promising(search, gp::Draws(space, grid, may_be_proposed, rng));
  if (!place) {
    return std::nullopt;
  }
  return Proposal{.config = space.decode(place->point),
                  .reason = gp::reason_for(search, *place, objectives_, samples)};
}

std::vector<OptionSpec> options() {
  return {{.name = "startup_trials",
           .type = OptionType::integer,
           .default_value = 10,
           .meaning = "independent draws until so many trials have ended; more explores longer",
           .minimum = 2,
           .maximum = 1000000},
          {.name = "candidates",
           .type = OptionType::integer,
           .default_value = 256,
           .meaning =
               "points drawn over the space for each suggestion, besides those near the best; more "
               "takes longer",
           .minimum = 1,
           .maximum = 100000},
          {.name = "most_points",
           .type = OptionType::integer,
           .default_value = 150,
           .meaning = "trials the model is made of at most; more takes longer",
           .minimum = 10,
           .maximum = 5000},
          {.name = "random_fraction",
           .default_value = {},
           .meaning = "share of the trials that stay random; absent: 0, and 0.25 once trials were "
                      "stopped early; more explores wider",
           .minimum = 0,
           .maximum = 1}};
}

}  // namespace

SearcherPlugin searcher_gp() {
  return {
      .info =
          {.summary = "Gaussian processes and expected improvement",
           .paper =
               "Jones et al., Efficient global optimization of expensive black-box functions, 1998",
           .version = 5,
           .options = options(),
           .multi_objective = true,
           .requirements = true,
           .priors = true},
      .make = [](const PluginContext& context) -> Result<std::unique_ptr<Searcher>> {
        const NamedValues& given = context.options;
        GpOptions gp{.startup_trials = static_cast<std::size_t>(given.integer("startup_trials")),
                     .candidates = static_cast<std::size_t>(given.integer("candidates")),
                     .most_points = static_cast<std::size_t>(given.integer("most_points")),
                     .random_fraction = {}};
        if (given.find("random_fraction") != nullptr) {
          gp.random_fraction = given.number("random_fraction");
        }
        return std::unique_ptr<Searcher>(
            std::make_unique<GpSearch>(gp, context.objectives, Priors(context)));
      }};
}

}  // namespace luthier
