// NSGA-II (Deb, Pratap, Agarwal and Meyarivan, "A fast and elitist multiobjective genetic
// algorithm: NSGA-II", 2002): parents are the best trials by front and then by crowding distance;
// tournaments choose two, and their child is mixed and mutated. Departures: there are no
// generations: every trial that ends may be a parent at once (steady state; Durillo, Nebro, Luna
// and Alba 2009), so that no worker waits for others; mixing and mutation act in the unit cube, so
// that log scales count, and choices are taken from either parent or drawn; stopped trials rank
// after completed ones, those that got farther first; failed trials are no parents. Trials that
// miss a requirement rank after all others, by what they miss in all (the paper's section VI).
#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <tuple>
#include <utility>

#include "core/pareto/fronts.h"
#include "core/state/ranked_loss.h"
#include "luthier/searcher.h"
#include "search/parzen/elementary.h"
#include "search/parzen/mixture.h"
#include "search/points/explored.h"

namespace luthier {
namespace {

constexpr int kMostChildren = 200;  // bred before a draw takes their place
constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

struct Nsga2Options {
  std::size_t population;
  double crossover;
  std::optional<double> mutation;  // absent: one coordinate on average
  double crossover_index;
  double mutation_index;
};

double power(double base, double exponent) {
  return base <= 0 ? 0 : parzen::exponential(exponent * parzen::logarithm(base));
}

struct Member {
  TrialId trial;
  bool infeasible = false;
  std::int64_t stage = 0;  // how far it was from completing: 0 completed, else less is farther on
  Losses losses;
  std::vector<double> point;
  std::size_t front = 0;
  double crowding = 0;

  friend bool operator<(const Member& a, const Member& b) {
    return std::tuple(a.group(), a.front, -a.crowding, a.trial) <
           std::tuple(b.group(), b.front, -b.crowding, b.trial);
  }
  // Trials of one group are compared by their losses.
  std::pair<bool, std::int64_t> group() const { return {infeasible, stage}; }
};

// Fronts and crowding distances among trials that got equally far.
void rank_group(std::span<Member> members) {
  std::vector<Losses> losses;
  for (const Member& member : members) {
    losses.push_back(member.losses);
  }
  const std::vector<std::size_t> front_of = fronts_of(losses);
  std::map<std::size_t, std::vector<std::size_t>> fronts;
  for (std::size_t i = 0; i < members.size(); ++i) {
    members[i].front = front_of[i];
    fronts[front_of[i]].push_back(i);
  }
  for (const auto& [front, indices] : fronts) {
    std::vector<Losses> of_front;
    for (const std::size_t i : indices) {
      of_front.push_back(losses[i]);
    }
    const std::vector<double> distances = crowding_distances(of_front);
    for (std::size_t k = 0; k < indices.size(); ++k) {
      members[indices[k]].crowding = distances[k];
    }
  }
}

class Nsga2 : public Searcher {
 public:
  Nsga2(const Nsga2Options& options, std::span<const Objective> objectives)
      : options_(options), objectives_(objectives.begin(), objectives.end()) {}

  Suggestion suggest(const ExperimentView& view, TrialId trial) const override {
    if (!has_started() || view.space().axes().empty()) {
      return explored_.as_declared(view, trial, "draw of the first population");
    }
    Rng rng(view.seed(), "nsga2", static_cast<std::uint64_t>(trial.value));
    for (int i = 0; i < kMostChildren; ++i) {
      if (auto child = breed(view.space(), trial, rng)) {
        return std::move(*child);
      }
    }
    return explored_.as_declared(view, trial, "draw: no child was new and allowed");
  }

  void on_trial_added(const ExperimentView& view, TrialId trial) override {
    for (auto& [other, last] : reports_) {
      if (!last.stands && view.state({other}) == TrialState::paused) {
        take(view, {other}, last);
        last.stands = true;
      }
    }
    explored_.add(view.space(), view.config(trial));
  }
  void on_result(const ExperimentView& /*view*/,
                 TrialId trial,
                 const TrialResult& result) override {
    reports_[trial.value] = {.iteration = result.training_iteration,
                             .losses = ranked_losses(objectives_, result)};
    std::erase_if(parents_, [&](const Member& member) { return member.trial == trial; });
  }
  void on_trial_changed(const ExperimentView& view, TrialId trial) override {
    explored_.add(view.space(), view.config(trial));
  }
  void on_trial_ended(const ExperimentView& view, TrialId trial) override {
    ++ended_;
    const auto report = reports_.find(trial.value);
    if (report != reports_.end()) {
      take(view, trial, report->second);
      reports_.erase(report);
    }
  }

 private:
  struct Report {
    std::int64_t iteration = 0;
    Losses losses;
    bool stands = false;  // the trial paused after it
  };

  // A search whose trials pause has parents before any trial has ended.
  bool has_started() const {
    return parents_.size() >= 2 && std::max(parents_.size(), ended_) >= options_.population;
  }
  void take(const ExperimentView& view, TrialId trial, const Report& report);
  std::optional<Suggestion> breed(const CompiledSpace& space, TrialId trial, Rng& rng) const;
  const Member& tournament(Rng& rng) const;
  std::vector<double> child_of(const CompiledSpace& space,
                               const Member& first,
                               const Member& second,
                               std::span<const double> grid,
                               Rng& rng) const;
  double mix(const Axis& axis, double first, double second, Rng& rng) const;
  double mutate(const Axis& axis, double x, Rng& rng) const;

  Nsga2Options options_;
  std::vector<Objective> objectives_;
  Explored explored_;
  std::map<std::int64_t, Report> reports_;  // the last of trials that have not ended
  std::vector<Member> parents_;             // the best `population`, best first
  std::size_t ended_ = 0;
};

// A trial that ended or paused stands among the parents, if it is good enough.
void Nsga2::take(const ExperimentView& view, TrialId trial, const Report& report) {
  std::erase_if(parents_, [&](const Member& member) { return member.trial == trial; });
  if (view.state(trial) == TrialState::failed || !all_finite(report.losses)) {
    return;
  }
  const bool completed = view.state(trial) == TrialState::completed;
  parents_.push_back(
      {.trial = trial,
       .infeasible = is_infeasible(report.losses.front()),
       .stage = completed ? std::numeric_limits<std::int64_t>::min() : -report.iteration,
       .losses = report.losses,
       .point = parzen::settled_point(view.space(), view.config(trial))});
  std::ranges::stable_sort(parents_, {}, &Member::group);
  for (std::size_t first = 0; first < parents_.size();) {
    std::size_t end = first;
    while (end < parents_.size() && parents_[end].group() == parents_[first].group()) {
      ++end;
    }
    rank_group(std::span(parents_).subspan(first, end - first));
    first = end;
  }
  std::sort(parents_.begin(), parents_.end());
  if (parents_.size() > options_.population) {
    parents_.resize(options_.population);
  }
}

const Member& Nsga2::tournament(Rng& rng) const {
  const auto first = rng.below(parents_.size());
  const auto second = rng.below(parents_.size());
  return parents_[std::min(first, second)];
}

std::optional<Suggestion> Nsga2::breed(const CompiledSpace& space, TrialId trial, Rng& rng) const {
  const Member& first = tournament(rng);
  const Member& second = tournament(rng);
  const std::vector<double> grid =
      space.grid_point(static_cast<std::uint64_t>(trial.value) % space.grid_size());
  const std::vector<double> point = child_of(space, first, second, grid, rng);
  Config config = space.decode(point);
  const auto is_same = [](double a, double b) {
    return a == b || (std::isnan(a) && std::isnan(b));
  };
  const bool is_known = std::ranges::any_of(parents_, [&](const Member& member) {
    return std::ranges::equal(member.point, point, is_same);
  });
  if (is_known || !space.satisfies_constraints(config) || explored_.contains(space, config)) {
    return std::nullopt;
  }
  return Proposal{.config = std::move(config),
                  .reason = "child of trials " + std::to_string(first.trial.value) + " and " +
                            std::to_string(second.trial.value) + ", from a population of " +
                            std::to_string(parents_.size())};
}

// Parents come before children, so each axis knows whether it is active.
std::vector<double> Nsga2::child_of(const CompiledSpace& space,
                                    const Member& first,
                                    const Member& second,
                                    std::span<const double> grid,
                                    Rng& rng) const {
  const auto axes = space.axes();
  const bool crosses = rng.uniform() < options_.crossover;
  const double mutation = options_.mutation.value_or(1 / static_cast<double>(axes.size()));
  std::vector<double> point(axes.size(), kNone);
  for (std::size_t i = 0; i < axes.size(); ++i) {
    if (axes[i].conditional && !space.is_active(i, point)) {
      continue;
    }
    double x = crosses ? mix(axes[i], first.point[i], second.point[i], rng) : first.point[i];
    if (std::isnan(x)) {
      x = rng.uniform();
    } else if (rng.uniform() < mutation) {
      x = mutate(axes[i], x, rng);
    }
    point[i] = parzen::settled(space, i, axes[i].grid ? grid[i] : x);
  }
  return point;
}

// Either parent's value (uniform crossover); a number then moves along the line through both
// (simulated binary crossover; Deb and Agrawal 1995).
double Nsga2::mix(const Axis& axis, double first, double second, Rng& rng) const {
  const double u = rng.uniform();
  if (rng.uniform() < 0.5) {
    std::swap(first, second);
  }
  if (std::isnan(first) || std::isnan(second)) {
    return std::isnan(first) ? second : first;
  }
  if (axis.kind == AxisKind::categorical) {
    return first;
  }
  const double spread =
      power(u <= 0.5 ? 2 * u : 1 / (2 * (1 - u)), 1 / (options_.crossover_index + 1));
  const double middle = (first + second) / 2;
  const double half = spread * (first - second) / 2;
  return std::clamp(middle + half, 0.0, 1.0);
}

// Polynomial mutation (Deb and Goyal 1996) for numbers, a draw for choices.
double Nsga2::mutate(const Axis& axis, double x, Rng& rng) const {
  const double u = rng.uniform();
  if (axis.kind == AxisKind::categorical) {
    return u;
  }
  const double exponent = 1 / (options_.mutation_index + 1);
  const double step = u < 0.5 ? power(2 * u, exponent) - 1 : 1 - power(2 * (1 - u), exponent);
  return std::clamp(x + step * (u < 0.5 ? x : 1 - x), 0.0, 1.0);
}

std::vector<OptionSpec> options() {
  return {{.name = "population",
           .type = OptionType::integer,
           .default_value = 20,
           .meaning = "the best so many trials are parents, and so many draws come first; more "
                      "explores wider",
           .minimum = 2,
           .maximum = 10000},
          {.name = "crossover",
           .default_value = 0.9,
           .meaning = "share of children that are mixed from two parents, not copied from one",
           .minimum = 0,
           .maximum = 1},
          {.name = "mutation",
           .default_value = {},
           .meaning = "chance of each parameter of a child to be mutated; absent: one parameter on "
                      "average; more explores wider",
           .minimum = 0,
           .maximum = 1},
          {.name = "crossover_index",
           .default_value = 5.0,
           .meaning = "how near to a parent mixed numbers are; less explores wider",
           .minimum = 0,
           .maximum = 1000},
          {.name = "mutation_index",
           .default_value = 5.0,
           .meaning = "how near to the number before a mutated one is; less explores wider",
           .minimum = 0,
           .maximum = 1000}};
}

}  // namespace

SearcherPlugin searcher_nsga2() {
  return {.info = {.summary = "genetic algorithm for several objectives",
                   .paper = "Deb et al., A fast and elitist multiobjective genetic algorithm: "
                            "NSGA-II, 2002",
                   .options = options(),
                   .multi_objective = true,
                   .requirements = true},
          .make = [](const PluginContext& context) -> Result<std::unique_ptr<Searcher>> {
            const NamedValues& given = context.options;
            Nsga2Options nsga2{.population = static_cast<std::size_t>(given.integer("population")),
                               .crossover = given.number("crossover"),
                               .mutation = {},
                               .crossover_index = given.number("crossover_index"),
                               .mutation_index = given.number("mutation_index")};
            if (given.find("mutation") != nullptr) {
              nsga2.mutation = given.number("mutation");
            }
            return std::unique_ptr<Searcher>(std::make_unique<Nsga2>(nsga2, context.objectives));
          }};
}

}  // namespace luthier
