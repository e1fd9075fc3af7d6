#include "search/priors/belief.h"

#include <algorithm>
#include <cmath>

#include "search/parzen/elementary.h"

namespace luthier {
namespace {

// Chosen on BBOB functions 1, 8 and 15, instances 31 to 33 (docs/results.md).
constexpr double kTrials = 60;  // the weight is this many by the number of trials
constexpr double kMostWeight = 2;
constexpr double kLeastWeight = 0.05;  // below, it counts for nothing

double log_density_of(const Belief::Place& place, std::span<const double> point) {
  double sum = 0;
  for (const AxisPrior& each : place) {
    const double x = point[each.axis()];
    sum += std::isnan(x) ? 0 : each.log_density(x);
  }
  return sum;
}

// The place itself, where the point has values.
std::vector<double> centre_of(const Belief::Place& place, std::span<const double> point) {
  std::vector<double> out(point.begin(), point.end());
  for (const AxisPrior& each : place) {
    out[each.axis()] = std::isnan(point[each.axis()]) ? point[each.axis()] : each.centre();
  }
  return out;
}

}  // namespace

void Belief::placed(const CompiledSpace& space,
                    TrialId trial,
                    const Config& config,
                    std::vector<double> point) {
  has_tried_centre_ = has_tried_centre_ || has_centre(space, config);
  const bool near = is_near(point);
  const auto expected = order_ ? std::optional(order_->expected(point)) : std::nullopt;
  evidence_.placed(trial, near, std::move(point), expected);
}

void Belief::note_paused(const ExperimentView& view) {
  for (const TrialId each : evidence_.running()) {
    if (view.state(each) == TrialState::paused) {
      evidence_.paused(each);
    }
  }
}

double Belief::weight() const {
  if (evidence_.trials() >= PriorEvidence::kMostTrials) {
    return 0;
  }
  const auto trials = static_cast<double>(std::max<std::int64_t>(1, evidence_.trials()));
  const double weight = evidence_.trust() * std::min(kMostWeight, kTrials / trials);
  return weight < kLeastWeight ? 0 : weight;
}

double Belief::log_density(std::span<const double> point) const {
  if (places_.size() == 1) {
    return log_density_of(places_.front(), point);
  }
  double sum = 0;
  for (const Place& each : places_) {
    sum += parzen::exponential(log_density_of(each, point));
  }
  return parzen::logarithm(sum / static_cast<double>(places_.size()));
}

void Belief::add_slope(std::span<const double> point,
                       double factor,
                       std::span<double> slope) const {
  std::vector<double> shares(places_.size(), 1.0);
  double sum = 1;
  if (places_.size() > 1) {
    sum = 0;
    for (std::size_t i = 0; i < places_.size(); ++i) {
      sum += shares[i] = parzen::exponential(log_density_of(places_[i], point));
    }
  }
  for (std::size_t i = 0; i < places_.size(); ++i) {
    for (const AxisPrior& each : places_[i]) {
      const double x = point[each.axis()];
      slope[each.axis()] +=
          std::isnan(x) ? 0 : factor * (shares[i] / sum) * each.slope_of_log_density(x);
    }
  }
}

// Half-way from the average to the highest density in its logarithm: most draws are, and few points
// are by chance.
bool Belief::is_near(std::span<const double> point) const {
  double highest = 0;
  for (const Place& each : places_) {
    highest = std::max(highest, log_density(centre_of(each, point)));
  }
  return log_density(point) > highest / 2;
}

const AxisPrior* Belief::find(std::size_t place, std::size_t axis) const {
  const auto found = std::ranges::find(places_[place], axis, &AxisPrior::axis);
  return found == places_[place].end() ? nullptr : &*found;
}

// Inactive parameters have no part in it.
bool Belief::has_centre(const CompiledSpace& space, const Config& config) const {
  const std::vector<double> point = space.encode(config);
  return std::ranges::all_of(places_.front(), [&](const AxisPrior& each) {
    const double x = point[each.axis()];
    return std::isnan(x) || each.is_at_centre(x);
  });
}

void Belief::restore_numbers(const CompiledSpace& space, Config& config) const {
  for (const AxisPrior& each : places_.front()) {
    const std::string& name = space.parameters()[space.axes()[each.axis()].parameter].name;
    const Value* value = config.find(name);
    if (value != nullptr && std::holds_alternative<double>(value->data()) && each.first_number()) {
      config.set(name, *each.first_number());
    }
  }
}

}  // namespace luthier
