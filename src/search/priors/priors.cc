#include "search/priors/priors.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/format.h"
#include "base/terminal_text.h"
#include "search/parzen/elementary.h"
#include "search/parzen/mixture.h"
#include "search/parzen/truncated_normal.h"
#include "search/priors/related_places.h"

namespace luthier {
namespace {

// Chosen on BBOB functions 1, 8 and 15, instances 31 to 33, and 2 and 12 as well for the trust
// (docs/results.md).
constexpr double kShareOfDraws = 0.75;
constexpr double kShareOfBlindDraws = 0.5;
constexpr double kShareNearBest = 0.9;  // of the draws, once there is a best
constexpr double kWidest = 0.5;         // of the spreads of the priors, around the best ...
constexpr std::uint64_t kScales = 3;    // ... and 1/2 and 1/4 of that
// Trials elsewhere before the first draw: without any, nothing tells wrong priors from right ones.
constexpr std::int64_t kElsewhereFirst = 3;
// Related tasks whose best configurations are tried first: each costs a trial where it is wrong.
constexpr std::ptrdiff_t kMostTriedFirst = 5;
constexpr int kMostDraws = 300;

Belief::Place place_of(std::span<const Prior> priors, const CompiledSpace& space) {
  Belief::Place place;
  for (const Prior& prior : priors) {
    place.emplace_back(prior, space);
  }
  return place;
}

bool is_persons(const Belief& belief) {
  return belief.task().empty();
}

// "the priors", or where the results of a related task were best.
std::string named(const Belief& belief) {
  return is_persons(belief) ? "the priors" : "the best of the related task " + belief.task();
}

std::string reason_for(const Priors::Source& source, bool is_first) {
  const std::string what =
      is_persons(*source.belief) ? "what the priors name" : named(*source.belief);
  return source.is_best && !is_first ? "around the best trial near " + what
         : is_persons(*source.belief)
             ? is_first ? "the values that the priors name" : "draw from the priors"
         : is_first ? "the best configuration of the related task " + source.belief->task() +
                          ", as far as it fits"
                    : "draw near " + what;
}

}  // namespace

Priors::Priors(const PluginContext& context) {
  if (context.space == nullptr) {
    return;
  }
  if (!context.priors.empty()) {
    beliefs_.emplace_back(std::vector<Belief::Place>(1, place_of(context.priors, *context.space)),
                          std::string());
  }
  for (const RelatedTask& task : context.related) {
    if (auto places = related_places(task, *context.space); !places.empty()) {
      beliefs_.emplace_back(std::move(places), task.name, RelatedOrder(task, *context.space));
    }
  }
}

void Priors::added(const ExperimentView& view, TrialId trial) {
  for (Belief& each : beliefs_) {
    each.note_paused(view);
  }
  changed(view, trial);
}

void Priors::changed(const ExperimentView& view, TrialId trial) {
  if (empty()) {
    return;
  }
  const Config config = view.config(trial);
  const std::vector<double> point = parzen::settled_point(view.space(), config);
  for (Belief& each : beliefs_) {
    each.placed(view.space(), trial, config, point);
  }
}

void Priors::reported(TrialId trial, std::int64_t iteration, const std::vector<double>& losses) {
  for (Belief& each : beliefs_) {
    each.reported(trial, iteration, losses);
  }
}

void Priors::ended(const ExperimentView& view, TrialId trial) {
  for (Belief& each : beliefs_) {
    each.ended(trial, view.state(trial));
  }
}

std::vector<double> Priors::weights() const {
  std::vector<double> out;
  double of_related = 0;
  for (const Belief& each : beliefs_) {
    out.push_back(each.weight());
    of_related += is_persons(each) ? 0 : out.back();
  }
  for (std::size_t i = 0; i < beliefs_.size(); ++i) {
    out[i] *= is_persons(beliefs_[i]) || of_related == 0 ? 1 : out[i] / of_related;
  }
  return out;
}

double Priors::weight() const {
  double of_priors = 0;
  double of_related = 0;
  const std::vector<double> each = weights();
  for (std::size_t i = 0; i < each.size(); ++i) {
    (is_persons(beliefs_[i]) ? of_priors : of_related) += each[i];
  }
  return std::max(of_priors, of_related);
}

double Priors::log_believed(std::span<const double> point) const {
  double sum = 0;
  const std::vector<double> each = weights();
  for (std::size_t i = 0; i < each.size(); ++i) {
    sum += each[i] == 0 ? 0 : each[i] * beliefs_[i].log_density(point);
  }
  return sum;
}

void Priors::add_slope(std::span<const double> point, std::span<double> slope) const {
  const std::vector<double> each = weights();
  for (std::size_t i = 0; i < each.size(); ++i) {
    if (each[i] > 0) {
      beliefs_[i].add_slope(point, each[i], slope);
    }
  }
}

// Whose first values no trial has had yet.
const Belief* Priors::untried() const {
  std::ptrdiff_t related = 0;
  for (const Belief& each : beliefs_) {
    related += is_persons(each) ? 0 : 1;
    const bool counts = is_persons(each) || (related <= kMostTriedFirst && each.weight() > 0);
    if (counts && !each.has_tried_centre()) {
      return &each;
    }
  }
  return nullptr;
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
  const std::vector<double> weights = this->weights();
  const auto axes = static_cast<double>(view.space().axes().size());
  double share = 0;
  for (std::size_t i = 0; i < beliefs_.size(); ++i) {
    if (beliefs_[i].evidence().placed_elsewhere() >= kElsewhereFirst) {
      const auto believed = static_cast<double>(beliefs_[i].places().front().size());
      share += kShareOfDraws * (believed / axes) * std::min(1.0, weights[i]);
    }
  }
  return proposal(view, trial, explored, std::min(kShareOfDraws, share));
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
  const Belief* first = untried();
  if (first == nullptr && rng.uniform() >= share) {
    return std::nullopt;
  }
  Source from = source(rng);
  from.belief = first != nullptr ? first : from.belief;
  auto config = drawn(space, number % space.grid_size(), explored, [&](std::size_t axis) {
    const AxisPrior* prior = first != nullptr ? first->find(0, axis) : nullptr;
    return prior != nullptr   ? prior->centre()
           : first != nullptr ? rng.uniform()
                              : from.draw(space, axis, rng);
  });
  if (!config) {
    return std::nullopt;
  }
  if (first != nullptr) {
    first->restore_numbers(space, *config);
  }
  return Proposal{.config = std::move(*config), .reason = reason_for(from, first != nullptr)};
}

Priors::Source Priors::source(Rng& rng) const {
  Source out{.belief = &beliefs_.front()};
  if (beliefs_.size() > 1) {
    const std::vector<double> each = weights();
    double u = rng.uniform() * std::accumulate(each.begin(), each.end(), 0.0);
    std::size_t chosen = 0;
    while (chosen + 1 < each.size() && u >= each[chosen]) {
      u -= each[chosen++];
    }
    out.belief = &beliefs_[chosen];
  }
  const double u = rng.uniform();
  const std::uint64_t halvings = rng.below(kScales);
  if (!out.belief->evidence().best_near().empty() && u < kShareNearBest) {
    out.is_best = true;
    out.scale = kWidest / static_cast<double>(1U << halvings);
  } else if (const std::size_t places = out.belief->places().size(); places > 1) {
    out.place = rng.below(places);
  }
  return out;
}

// Around the best trial all parameters are drawn near its own; levels stay.
double Priors::Source::draw(const CompiledSpace& space, std::size_t axis, Rng& rng) const {
  const AxisPrior* prior = belief->find(place, axis);
  const double best = is_best ? belief->evidence().best_near()[axis] : std::nan("");
  if (std::isnan(best)) {
    return prior != nullptr ? prior->draw(rng) : rng.uniform();
  }
  if (space.axes()[axis].kind == AxisKind::categorical) {
    return best;
  }
  const double width = prior != nullptr ? prior->width() : AxisPrior::kUsualWidth;
  const parzen::TruncatedNormal kernel{.centre = best, .width = scale * width};
  return std::min(kernel.quantile(rng.uniform()), std::nextafter(1.0, 0.0));
}

std::string Priors::told(std::span<const double> point) const {
  std::string out;
  const std::vector<double> each = weights();
  for (std::size_t i = 0; i < each.size(); ++i) {
    if (each[i] > 0) {
      out += "; by " + named(beliefs_[i]) + ", of weight " + short_number(each[i]) + ", " +
             short_number(parzen::exponential(beliefs_[i].log_density(point))) +
             " times as likely as on average";
    }
  }
  return out;
}

std::string centre_problem(std::span<const Prior> priors, const CompiledSpace& space) {
  if (priors.empty() || space.declaration().constraints().empty()) {
    return {};
  }
  const Belief::Place axes = place_of(priors, space);
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
