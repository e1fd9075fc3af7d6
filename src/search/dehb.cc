// Differential evolution with the budgets of HyperBand (Awad, Mallik and Hutter, "DEHB:
// evolutionary hyperband for scalable, robust and efficient hyperparameter optimization", IJCAI
// 2021): a population for each budget. A mutant is r1 + F (r2 - r3) of three parents, the best of
// the next lower budget's population (at the lowest, any of its own); it is crossed with a target
// of its budget's population, coordinate by coordinate; the trial takes the target's place if it
// is no worse there. Any scheduler that trains trials for different times may go with it.
//
// Departures from the paper. The scheduler gives out the budgets, and no trial starts at a higher
// one: a trial is bred for one of the budgets with enough members, the lower the more often, as in
// HyperBand, and then competes at every budget that it gets to, for the place whose turn it is.
// Budgets are a row of powers, and the whole training. Nothing waits for a generation (the paper's
// asynchronous variant). A choice that a parameter has is a part of its unit interval, which
// mutation crosses like numbers, and an inactive parameter evolves unseen. Of several children the
// one farthest from all trials is proposed; a share of the trials stays random, spread evenly, and
// grows once there were many; F and the share of crossed coordinates are larger: measured on
// LCBench (benchmarks/schedulers.py), where the paper's settings repeat themselves once they have
// found something.
#include <bit>
#include <cmath>
#include <unordered_set>

#include "base/format.h"
#include "core/state/ranked_loss.h"
#include "luthier/searcher.h"
#include "search/dehb/populations.h"
#include "search/points/explored.h"
#include "search/points/mixing.h"
#include "search/points/spread_draws.h"

namespace luthier {
namespace {

constexpr int kMostChildren = 50;   // bred before a draw takes their place
constexpr std::size_t kFewest = 4;  // members of a population that a mutant can be made from

struct DehbOptions {
  double mutation;
  double crossover;
  SpreadDrawsOptions draws;
};

// 64 bits: among a million, two coincide with a chance of 3e-8.
std::uint64_t key_of(const CompiledSpace& space, const Config& config) {
  std::uint64_t key = 0;
  for (const double each : space.encode(config)) {
    key = mix(key ^ mix(std::isnan(each) ? 1 : std::bit_cast<std::uint64_t>(each) + 2));
  }
  return key;
}

class Dehb : public Searcher {
 public:
  Dehb(const DehbOptions& options, dehb::PopulationOptions populations, Objective objective)
      : options_(options),
        populations_(populations),
        objective_(std::move(objective)),
        draws_(options.draws) {}

  Suggestion suggest(const ExperimentView& view, TrialId trial) const override {
    return offer(view, trial).suggestion;
  }

  // If it is what was offered here, the child is known, which says more than its rounded values.
  void on_trial_added(const ExperimentView& view, TrialId trial) override {
    const Config config = view.config(trial);
    const Offer offered = offer(view, trial);
    const bool taken = !offered.child.empty() && view.space().decode(offered.child) == config;
    populations_.added(trial, taken ? offered.child : point_of(view, trial));
    tried(view.space(), config);
  }

  void on_result(const ExperimentView& /*view*/,
                 TrialId trial,
                 const TrialResult& result) override {
    populations_.report(trial, result.training_iteration, ranked_loss(objective_, result));
  }

  void on_trial_changed(const ExperimentView& view, TrialId trial) override {
    populations_.added(trial, point_of(view, trial));
    tried(view.space(), view.config(trial));
  }

  void on_trial_ended(const ExperimentView& view, TrialId trial) override {
    populations_.end(trial, view.state(trial));
  }

 private:
  struct Offer {
    Suggestion suggestion;
    std::vector<double> child = {};  // empty: it was not bred
  };

  void tried(const CompiledSpace& space, const Config& config) {
    explored_.add(space, config);
    tried_.insert(key_of(space, config));
    draws_.add(space, config);
  }

  // Inactive parameters take part in the evolution with any value.
  static std::vector<double> point_of(const ExperimentView& view, TrialId trial) {
    std::vector<double> point = view.space().encode(view.config(trial));
    Rng rng(view.seed(), "dehb inactive", static_cast<std::uint64_t>(trial.value));
    for (double& each : point) {
      const double drawn = rng.uniform();
      each = std::isnan(each) ? drawn : each;
    }
    return point;
  }

  Offer offer(const ExperimentView& view, TrialId trial) const;
  std::vector<double> farthest_child(const CompiledSpace& space,
                                     const dehb::Population& population,
                                     const dehb::Member& target,
                                     std::uint64_t number,
                                     Rng& rng) const;
  std::vector<double> child_of(const dehb::Population& population,
                               const dehb::Member& target,
                               std::span<const double> grid,
                               Rng& rng) const;

  DehbOptions options_;
  dehb::Populations populations_;
  Objective objective_;
  Explored explored_;
  SpreadDraws draws_;
  std::unordered_set<std::uint64_t> tried_;  // configurations; asked for membership only
};

std::vector<double> Dehb::child_of(const dehb::Population& population,
                                   const dehb::Member& target,
                                   std::span<const double> grid,
                                   Rng& rng) const {
  const auto parents = populations_.parents(population, rng);
  std::vector<double> child = target.point;
  const std::size_t always = child.empty() ? 0 : rng.below(child.size());
  for (std::size_t axis = 0; axis < child.size(); ++axis) {
    const double mutant = parents[0]->point[axis] +
                          options_.mutation * (parents[1]->point[axis] - parents[2]->point[axis]);
    const double redrawn = rng.uniform();
    const bool crossed = rng.uniform() < options_.crossover || axis == always;
    if (!std::isnan(grid[axis])) {
      child[axis] = grid[axis];
    } else if (crossed) {
      child[axis] = mutant >= 0 && mutant < 1 ? mutant : redrawn;
    }
  }
  return child;
}

Dehb::Offer Dehb::offer(const ExperimentView& view, TrialId trial) const {
  const auto number = static_cast<std::uint64_t>(trial.value);
  const CompiledSpace& space = view.space();
  Rng rng(view.seed(), "dehb", number);
  const dehb::Population* population = populations_.choose(kFewest, rng);
  if (population == nullptr) {
    return {draws_.draw(view, trial, explored_, "random: no population has enough members yet")};
  }
  if (rng.uniform() >= draws_.guided_share(number)) {
    return {
        draws_.draw(view, trial, explored_, "random: part of the share that always stays random")};
  }
  const dehb::Member& target = population->turn_of(trial);
  std::vector<double> child = farthest_child(space, *population, target, number, rng);
  if (child.empty()) {
    return {draws_.draw(view, trial, explored_, "random: no child was new and allowed")};
  }
  return {Proposal{.config = space.decode(child),
                   .reason = formatted("child of trial {}, from a population of {} at iteration {}",
                                       target.trial.value,
                                       population->members.size(),
                                       population->budget)},
          std::move(child)};
}

// Empty: none of them was new and allowed.
std::vector<double> Dehb::farthest_child(const CompiledSpace& space,
                                         const dehb::Population& population,
                                         const dehb::Member& target,
                                         std::uint64_t number,
                                         Rng& rng) const {
  const std::vector<double> grid = space.grid_point(number % space.grid_size());
  std::vector<double> out;
  double farthest = -1;
  std::int64_t bred = 0;
  for (int i = 0; i < kMostChildren && bred < options_.draws.spacing; ++i) {
    std::vector<double> child = child_of(population, target, grid, rng);
    const Config config = space.decode(child);
    if (!space.satisfies_constraints(config) || tried_.contains(key_of(space, config))) {
      continue;
    }
    ++bred;
    const double distance = draws_.tried()->squared_distance_to_nearest(space.encode(config));
    if (distance > farthest) {
      farthest = distance;
      out = std::move(child);
    }
  }
  return out;
}

std::vector<OptionSpec> options() {
  return {
      {.name = "population",
       .type = OptionType::integer,
       .default_value = 20,
       .meaning = "members at the lowest budget; more explores wider and converges later",
       .minimum = 4,
       .maximum = 10000},
      {.name = "reduction_factor",
       .type = OptionType::number,
       .default_value = 3.0,
       .meaning = "from one budget to the next, and by so much fewer members; best that of the "
                  "scheduler",
       .minimum = 1.5,
       .maximum = 100},
      {.name = "mutation",
       .type = OptionType::number,
       .default_value = 0.8,
       .meaning = "the paper's F: how far a mutant is from its first parent, in differences of "
                  "two others; more explores wider",
       .minimum = 0,
       .maximum = 2},
      {.name = "crossover",
       .type = OptionType::number,
       .default_value = 0.8,
       .meaning = "share of the parameters that a child has from the mutant; more changes more",
       .minimum = 0,
       .maximum = 1},
      {.name = "random_fraction",
       .type = OptionType::number,
       .default_value = 0.2,
       .meaning = "share of the trials that stay random; more explores wider",
       .minimum = 0,
       .maximum = 1},
      {.name = "guided_trials",
       .type = OptionType::number,
       .default_value = 300.0,
       .meaning = "after n trials a share of guided_trials / n is bred, if that is less than "
                  "random_fraction leaves; more trusts the evolution longer",
       .minimum = 1,
       .maximum = 1e9},
      {.name = "spacing",
       .type = OptionType::integer,
       .default_value = 8,
       .meaning = "a trial is the farthest from all trials so far of so many children, or of so "
                  "many draws; more spreads them more evenly and takes longer",
       .minimum = 1,
       .maximum = 1000}};
}

}  // namespace

SearcherPlugin searcher_dehb() {
  return {
      .info = {.summary = "differential evolution, with a population for each budget",
               .paper = "Awad et al., DEHB: evolutionary hyperband for scalable, robust and "
                        "efficient hyperparameter optimization, 2021",
               .options = options(),
               .requirements = true},
      .make = [](const PluginContext& context) -> Result<std::unique_ptr<Searcher>> {
        const NamedValues& given = context.options;
        const DehbOptions dehb{.mutation = given.number("mutation"),
                               .crossover = given.number("crossover"),
                               .draws = {.random_fraction = given.number("random_fraction"),
                                         .guided_trials = given.number("guided_trials"),
                                         .spacing = given.integer("spacing")}};
        return std::unique_ptr<Searcher>(std::make_unique<Dehb>(
            dehb,
            dehb::PopulationOptions{.size = static_cast<std::size_t>(given.integer("population")),
                                    .reduction_factor = given.number("reduction_factor")},
            context.objectives.front()));
      }};
}

}  // namespace luthier
