#include "search/priors/priors.h"

#include <algorithm>
#include <cmath>

#include "base/format.h"
#include "base/terminal_text.h"
#include "search/parzen/elementary.h"
#include "search/parzen/mixture.h"
#include "search/parzen/truncated_normal.h"

namespace luthier {
namespace {

// Chosen on BBOB functions 1, 8 and 15, instances 31 to 33, and 2 and 12 as well for the trust
// (docs/results.md).
constexpr double kTrials = 60;  // the weight is this many by the number of trials
constexpr double kMostWeight = 2;
constexpr double kLeastWeight = 0.05;  // below, they count for nothing
constexpr double kShareOfDraws = 0.75;
constexpr double kShareOfBlindDraws = 0.5;
constexpr double kShareNearBest = 0.9;  // of the draws, once there is a best
constexpr double kWidest = 0.5;         // of the spreads of the priors, around the best ...
constexpr std::uint64_t kScales = 3;    // ... and 1/2 and 1/4 of that
// Trials elsewhere before the first draw: without any, nothing tells wrong priors from right ones.
constexpr std::int64_t kElsewhereFirst = 3;
constexpr int kMostDraws = 300;

std::vector<AxisPrior> axes_of(std::span<const Prior> priors, const CompiledSpace& space) {
  std::vector<AxisPrior> axes;
  for (const Prior& prior : priors) {
    axes.emplace_back(prior, space);
  }
  return axes;
}

}  // namespace

Priors::Priors(const PluginContext& context) {
  if (context.space != nullptr) {
    axes_ = axes_of(context.priors, *context.space);
  }
}

void Priors::added(const ExperimentView& view, TrialId trial) {
  if (empty()) {
    return;
  }
  for (const TrialId each : evidence_.running()) {
    if (view.state(each) == TrialState::paused) {
      evidence_.paused(each);
    }
  }
  changed(view, trial);
}

void Priors::changed(const ExperimentView& view, TrialId trial) {
  if (empty()) {
    return;
  }
  const Config config = view.config(trial);
  has_tried_centre_ = has_tried_centre_ || has_centre(view.space(), config);
  std::vector<double> point = parzen::settled_point(view.space(), config);
  const bool near = is_near(point);
  evidence_.placed(trial, near, std::move(point));
}

void Priors::reported(TrialId trial, std::int64_t iteration, std::vector<double> losses) {
  if (!empty()) {
    evidence_.reported(trial, iteration, std::move(losses));
  }
}

void Priors::ended(const ExperimentView& view, TrialId trial) {
  if (!empty()) {
    evidence_.ended(trial, view.state(trial));
  }
}

// Half-way from the average to the named values in the logarithm of the density: most draws are,
// and few points are by chance.
bool Priors::is_near(std::span<const double> point) const {
  double highest = 0;
  for (const AxisPrior& each : axes_) {
    highest += std::isnan(point[each.axis()]) ? 0 : each.highest_log_density();
  }
  return log_density(point) > highest / 2;
}

const AxisPrior* Priors::find(std::size_t axis) const {
  const auto found = std::ranges::find(axes_, axis, &AxisPrior::axis);
  return found == axes_.end() ? nullptr : &*found;
}

// Inactive parameters have no part in it.
bool Priors::has_centre(const CompiledSpace& space, const Config& config) const {
  const std::vector<double> point = space.encode(config);
  return std::ranges::all_of(axes_, [&](const AxisPrior& each) {
    const double x = point[each.axis()];
    return std::isnan(x) || each.is_at_centre(x);
  });
}

template <class Coordinate>
std::optional<Config> Priors::drawn(const CompiledSpace& space,
                                    std::uint64_t cell,
                                    const Explored& explored,
                                    Coordinate coordinate) {
  std::vector<double> point = space.grid_point(cell);
  for (int i = 0; i < kMostDraws; ++i) {
    for (std::size_t axis = 0; axis < point.size(); ++axis) {
      point[axis] = space.axes()[axis].grid ? point[axis] : coordinate(axis);
    }
    Config config = space.decode(point);
    if (space.satisfies_constraints(config) && !explored.contains(space, config)) {
      return config;
    }
  }
  return std::nullopt;
}

std::optional<Suggestion> Priors::proposal(const ExperimentView& view,
                                           TrialId trial,
                                           const Explored& explored) const {
  const bool can_be_judged = evidence_.placed_elsewhere() >= kElsewhereFirst;
  const auto believed = static_cast<double>(axes_.size());
  const double of_parameters = believed / static_cast<double>(view.space().axes().size());
  const double share = kShareOfDraws * of_parameters * std::min(1.0, weight());
  return proposal(view, trial, explored, can_be_judged ? share : 0);
}

std::optional<Suggestion> Priors::blind_proposal(const ExperimentView& view,
                                                 TrialId trial,
                                                 const Explored& explored) const {
  return proposal(view, trial, explored, kShareOfBlindDraws);
}

std::optional<Suggestion> Priors::proposal(const ExperimentView& view,
                                           TrialId trial,
                                           const Explored& explored,
                                           double share) const {
  if (empty()) {
    return std::nullopt;
  }
  const CompiledSpace& space = view.space();
  const auto number = static_cast<std::uint64_t>(trial.value);
  Rng rng(view.seed(), "priors", number);
  const bool is_first = !has_tried_centre_;
  if (!is_first && rng.uniform() >= share) {
    return std::nullopt;
  }
  const Source from = source(rng);
  auto config = drawn(space, number % space.grid_size(), explored, [&](std::size_t axis) {
    const AxisPrior* prior = is_first ? find(axis) : nullptr;
    return prior != nullptr ? prior->centre()
           : is_first       ? rng.uniform()
                            : draw(space, from, axis, rng);
  });
  if (!config) {
    return std::nullopt;
  }
  if (is_first) {
    restore_numbers(space, *config);
  }
  return Proposal{.config = std::move(*config),
                  .reason = is_first       ? "the values that the priors name"
                            : from.is_best ? "around the best trial near what the priors name"
                                           : "draw from the priors"};
}

// Numbers as they were written, where coordinates give a neighbour.
void Priors::restore_numbers(const CompiledSpace& space, Config& config) const {
  for (const AxisPrior& each : axes_) {
    const std::string& name = space.parameters()[space.axes()[each.axis()].parameter].name;
    const Value* value = config.find(name);
    if (value != nullptr && std::holds_alternative<double>(value->data()) && each.first_number()) {
      config.set(name, *each.first_number());
    }
  }
}

double Priors::weight() const {
  if (empty() || evidence_.trials() >= PriorEvidence::kMostTrials) {
    return 0;
  }
  const auto trials = static_cast<double>(std::max<std::int64_t>(1, evidence_.trials()));
  const double weight = evidence_.trust() * std::min(kMostWeight, kTrials / trials);
  return weight < kLeastWeight ? 0 : weight;
}

double Priors::log_density(std::span<const double> point) const {
  double sum = 0;
  for (const AxisPrior& each : axes_) {
    const double x = point[each.axis()];
    sum += std::isnan(x) ? 0 : each.log_density(x);
  }
  return sum;
}

void Priors::add_slope(std::span<const double> point,
                       double factor,
                       std::span<double> slope) const {
  for (const AxisPrior& each : axes_) {
    const double x = point[each.axis()];
    slope[each.axis()] += std::isnan(x) ? 0 : factor * each.slope_of_log_density(x);
  }
}

Priors::Source Priors::source(Rng& rng) const {
  const double u = rng.uniform();
  const std::uint64_t halvings = rng.below(kScales);
  return evidence_.best_near().empty() || u >= kShareNearBest
             ? Source{}
             : Source{.is_best = true, .scale = kWidest / static_cast<double>(1U << halvings)};
}

// Around the best trial all parameters are drawn near its own; levels stay.
double Priors::draw(const CompiledSpace& space,
                    const Source& source,
                    std::size_t axis,
                    Rng& rng) const {
  const AxisPrior* prior = find(axis);
  const double best = source.is_best ? evidence_.best_near()[axis] : std::nan("");
  if (std::isnan(best)) {
    return prior != nullptr ? prior->draw(rng) : rng.uniform();
  }
  if (space.axes()[axis].kind == AxisKind::categorical) {
    return best;
  }
  const double width = prior != nullptr ? prior->width() : AxisPrior::kUsualWidth;
  const parzen::TruncatedNormal kernel{.centre = best, .width = source.scale * width};
  return std::min(kernel.quantile(rng.uniform()), std::nextafter(1.0, 0.0));
}

std::string Priors::told(std::span<const double> point) const {
  const double weight = this->weight();
  return weight > 0 ? "; by the priors, of weight " + short_number(weight) + ", " +
                          short_number(parzen::exponential(log_density(point))) +
                          " times as likely as on average"
                    : std::string();
}

std::string centre_problem(std::span<const Prior> priors, const CompiledSpace& space) {
  if (priors.empty() || space.declaration().constraints().empty()) {
    return {};
  }
  const std::vector<AxisPrior> axes = axes_of(priors, space);
  Rng rng(0, "priors");
  std::vector<double> point = space.grid_point(0);
  for (int i = 0; i < kMostDraws; ++i) {
    for (std::size_t axis = 0; axis < point.size(); ++axis) {
      point[axis] = space.axes()[axis].grid ? point[axis] : rng.uniform();
    }
    for (const AxisPrior& each : axes) {
      point[each.axis()] = each.centre();
    }
    if (space.satisfies_constraints(space.decode(point))) {
      return {};
    }
  }
  return formatted(
      "no configuration with the values that the priors name first meets the constraints, as far "
      "as {} draws show; change one of them",
      kMostDraws);
}

}  // namespace luthier
