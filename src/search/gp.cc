// Bayesian optimisation with a Gaussian process (Jones, Schonlau and Welch, "Efficient global
// optimization of expensive black-box functions", 1998): the point where the expected improvement
// is largest is proposed. Departures: the kernel has a rough part (search/gp/kernel.h) and is
// fitted with priors; losses are warped (search/gp/ranking.h); beyond some trials the model is made
// of the best and of a selection of the others, so that the cost is bounded. Failed trials are not
// part of it: a model of their own says where trials fail (search/feasibility/feasibility.h), and
// only failures that it expects count, as the worst loss. Where trials have exactly the same loss,
// places that would repeat it are passed over (search/points/repeats.h).
#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "base/terminal_text.h"
#include "luthier/searcher.h"
#include "search/feasibility/feasibility.h"
#include "search/gp/fit.h"
#include "search/gp/improvement.h"
#include "search/gp/ranking.h"
#include "search/parzen/elementary.h"
#include "search/parzen/mixture.h"
#include "search/points/explored.h"
#include "search/points/repeats.h"

namespace luthier {
namespace {

constexpr std::size_t kGoodPoints = 5;  // around which points are drawn
constexpr double kRefitGrowth = 1.1;    // of the trials, from one fit of the kernel to the next
constexpr std::size_t kMostToFit = 150;
constexpr double kRandomOnceStopped = 0.25;
constexpr std::size_t kMostFailures = 50;
constexpr double kLikely = 0.5;  // chance of success
constexpr double kSame = 1e-6;   // coordinates so near are those of one place

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
  GpSearch(const GpOptions& options, Objective objective)
      : options_(options), objective_(std::move(objective)) {}

  Suggestion suggest(const ExperimentView& view, TrialId trial) const override {
    if (!ranking_ || !has_started() || view.space().axes().empty()) {
      return explored_.as_declared(view, trial, "start-up draw");
    }
    Rng rng(view.seed(), "gp", static_cast<std::uint64_t>(trial.value));
    if (rng.uniform() < random_fraction()) {
      return explored_.as_declared(view, trial, "random: one of the share that always is");
    }
    auto suggestion = guided(view, trial, rng);
    return suggestion ? std::move(*suggestion)
                      : explored_.as_declared(view, trial, "random: the model found nothing new");
  }

  void on_trial_added(const ExperimentView& view, TrialId trial) override {
    if (!ranking_) {
      ranking_.emplace(view.space().axes().size());
    }
    for (const TrialId each : ranking_->running()) {
      if (view.state(each) == TrialState::paused) {
        ranking_->paused(each);
      }
    }
    explored_.add(view.space(), view.config(trial));
    ranking_->placed(trial, point_of(view, trial));
    note_growth();
  }
  void on_result(const ExperimentView& /*view*/,
                 TrialId trial,
                 const TrialResult& result) override {
    ranking_->reported(trial, result.training_iteration, loss_of(objective_, result.metrics));
  }
  void on_trial_changed(const ExperimentView& view, TrialId trial) override {
    explored_.add(view.space(), view.config(trial));
    ranking_->placed(trial, point_of(view, trial));
  }
  void on_trial_ended(const ExperimentView& view, TrialId trial) override {
    ranking_->ended(trial, view.state(trial));
    const bool has_failed = ranking_->has_failed(trial);
    feasibility_.ended(view.space(), trial, ranking_->point(trial), has_failed);
    if (!has_failed && view.state(trial) == TrialState::completed) {
      repeats_.completed(view.space(), trial, ranking_->point(trial), ranking_->loss(trial));
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
    return ranking_->size() >= 2 &&
           ranking_->size() + ranking_->failures() >= options_.startup_trials;
  }

  // The kernel is fitted again when the trials have grown by a share since. From what it is fitted
  // is a matter of the facts alone, so whether anyone asked meanwhile changes nothing.
  void note_growth() {
    if (static_cast<double>(ranking_->size()) >= kRefitGrowth * static_cast<double>(fitted_at_) &&
        has_started()) {
      fitted_at_ = ranking_->size();
      to_fit_ = ranking_->sample(std::min(options_.most_points, kMostToFit));
      kernel_.reset();
    }
  }

  const gp::Kernel& kernel(const CompiledSpace& space) const {
    if (!kernel_) {
      std::vector<gp::Distance> distances;
      for (const Axis& axis : space.axes()) {
        distances.push_back(distance_of(axis));
      }
      kernel_ = gp::fit(to_fit_.points, to_fit_.values, std::move(distances));
    }
    return *kernel_;
  }

  // What was stopped early says less about the best: the model is trusted less.
  double random_fraction() const {
    return options_.random_fraction.value_or(ranking_->some_were_stopped() ? kRandomOnceStopped
                                                                           : 0);
  }

  void add_failing_region(const gp::Points& failed, gp::Ranking::Sample& sample) const;
  std::optional<Suggestion> guided(const ExperimentView& view, TrialId trial, Rng& rng) const;
  std::string reason(const gp::Place& place,
                     double best,
                     const std::optional<gp::Ranking::Unit>& unit) const;

  GpOptions options_;
  Objective objective_;
  Explored explored_;
  Feasibility feasibility_;
  Repeats repeats_;
  std::optional<gp::Ranking> ranking_;
  std::size_t fitted_at_ = 0;
  gp::Ranking::Sample to_fit_;                // as the trials were then
  mutable std::optional<gp::Kernel> kernel_;  // a function of to_fit_
};

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

// Better than the least mean that the model predicts at any of the trials: losses may be noisy.
std::optional<Suggestion> GpSearch::guided(const ExperimentView& view,
                                           TrialId trial,
                                           Rng& rng) const {
  const CompiledSpace& space = view.space();
  gp::Ranking::Sample sample = ranking_->sample(options_.most_points);
  const gp::Points pending = ranking_->pending();
  const gp::Points failed = ranking_->failed();
  add_failing_region(failed, sample);
  const gp::Posterior posterior(sample.points, sample.values, pending, kernel(space));
  double best = std::numeric_limits<double>::infinity();
  for (const auto& prediction : posterior.predict(sample.points)) {
    best = std::min(best, prediction.mean);
  }
  const bool is_checked =
      !space.declaration().constraints().empty() || space.cardinality().has_value();
  const gp::Allowed allowed = [&](std::span<const double> point) {
    if (holds(sample.points, point) || holds(pending, point) || holds(failed, point) ||
        repeats_.contains(point)) {
      return false;
    }
    const Config config = is_checked ? space.decode(point) : Config();
    return !is_checked ||
           (space.satisfies_constraints(config) && !explored_.contains(space, config));
  };
  const std::vector<double> grid =
      space.grid_point(static_cast<std::uint64_t>(trial.value) % space.grid_size());
  const auto place = gp::most_promising({.space = space,
                                         .posterior = posterior,
                                         .feasibility = feasibility_,
                                         .best = best,
                                         .good = ranking_->best(kGoodPoints),
                                         .draws = options_.candidates},
                                        gp::Draws(space, grid, allowed, rng));
  if (!place) {
    return std::nullopt;
  }
  return Proposal{.config = space.decode(place->point),
                  .reason = reason(*place, best, sample.unit)};
}

std::string GpSearch::reason(const gp::Place& place,
                             double best,
                             const std::optional<gp::Ranking::Unit>& unit) const {
  const double factor = unit ? unit->factor : 1;
  const double sign = unit && objective_.mode == Mode::max ? -1 : 1;
  const auto told = [&](double value) {
    return short_number(sign * ((unit ? unit->offset : 0) + factor * value));
  };
  return std::string(unit ? "" : "by ranks (0 is the middle, lower is better): ") + "predicted " +
         told(place.prediction.mean) + ", deviation " +
         short_number(factor * place.prediction.deviation) + "; expected improvement " +
         short_number(factor * parzen::exponential(place.log_improvement)) + " on " + told(best) +
         (feasibility_.is_informative()
              ? "; chance of success " + short_number(feasibility_.chance_of_success(place.point))
              : "");
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
          {.summary = "Gaussian process and expected improvement",
           .paper =
               "Jones et al., Efficient global optimization of expensive black-box functions, 1998",
           .version = 3,
           .options = options()},
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
            std::make_unique<GpSearch>(gp, context.objectives.front()));
      }};
}

}  // namespace luthier
