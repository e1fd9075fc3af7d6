#include "search/gp/improvement.h"

#include <algorithm>
#include <cmath>

#include "search/gp/descent.h"
#include "search/gp/normal.h"
#include "search/parzen/elementary.h"

namespace luthier::gp {
namespace {

using parzen::exponential;
using parzen::logarithm;

constexpr std::size_t kNeighbours = 16;  // of a point, drawn at once
constexpr std::size_t kClimbs = 6;       // points from which to climb
constexpr double kFar = 0.1;             // of an axis: from a point to neighbours at first ...
constexpr double kNear = 0.05;           // ... and then
constexpr DescentOptions kClimb = {.first_step = 0.03, .evaluations = 30, .tolerance = 1e-4};

using Predictions = std::vector<Posterior::Prediction>;

double log_expected(const Posterior::Prediction& prediction, double best) {
  return logarithm(prediction.deviation) +
         log_improvement((best - prediction.mean) / prediction.deviation);
}

double log_gain(const Search& search, const Predictions& predictions) {
  if (search.goal.front) {
    return search.goal.front->log_gain(predictions);
  }
  return search.goal.best ? log_expected(predictions.front(), *search.goal.best) : 0;
}

// That a normal number is 0 or less.
double log_chance_met(const Posterior::Prediction& prediction) {
  return log_below(-prediction.mean / prediction.deviation);
}

// Of every point, by all.
std::vector<Predictions> predicted(std::span<const Posterior> all, const Points& points) {
  std::vector<Predictions> out(points.size());
  for (const Posterior& each : all) {
    const auto predictions = each.predict(points);
    for (std::size_t i = 0; i < points.size(); ++i) {
      out[i].push_back(predictions[i]);
    }
  }
  return out;
}

std::vector<Place> judge(const Search& search, const Points& points) {
  std::vector<Place> out;
  std::vector<Predictions> of_objectives = predicted(search.objectives, points);
  const std::vector<Predictions> of_requirements = predicted(search.requirements, points);
  for (std::size_t i = 0; i < points.size(); ++i) {
    const auto point = points[i];
    Place& place = out.emplace_back();
    place = {.point = {point.begin(), point.end()},
             .predictions = std::move(of_objectives[i]),
             .log_success = search.feasibility.log_success(point)};
    place.log_improvement = log_gain(search, place.predictions);
    place.log_believed = search.priors != nullptr ? search.priors->log_believed(point) : 0;
    for (const auto& each : of_requirements[i]) {
      place.log_met += log_chance_met(each);
    }
  }
  return out;
}

bool more(const Place& a, const Place& b) {
  const auto all = [](const Place& each) {
    return each.log_improvement + each.log_success + each.log_met + each.log_believed;
  };
  return all(a) > all(b);
}

// Axes on which a point can move a little.
std::vector<std::size_t> movable_axes(const CompiledSpace& space, std::span<const double> point) {
  std::vector<std::size_t> out;
  for (std::size_t axis = 0; axis < point.size(); ++axis) {
    const Axis& each = space.axes()[axis];
    if (!each.grid && each.kind != AxisKind::categorical && !std::isnan(point[axis])) {
      out.push_back(axis);
    }
  }
  return out;
}

// A value at a point, and its slope along each axis.
struct Rise {
  double value = 0;
  std::vector<double> slope;
};

Rise rise_of_best(const Posterior& posterior, double best, std::span<const double> point) {
  const Posterior::Slopes here = posterior.slopes(point);
  const double deviation = here.value.deviation;
  const double z = (best - here.value.mean) / deviation;
  const double by_z = log_improvement_slope(z);
  Rise out{log_expected(here.value, best), std::vector<double>(point.size())};
  for (std::size_t axis = 0; axis < point.size(); ++axis) {
    out.slope[axis] = -(by_z * here.mean[axis] - (1 - z * by_z) * here.deviation[axis]) / deviation;
  }
  return out;
}

Rise rise_of_front(const Search& search, std::span<const double> point) {
  std::vector<Posterior::Slopes> here;
  Predictions predictions;
  for (const Posterior& each : search.objectives) {
    predictions.push_back(here.emplace_back(each.slopes(point)).value);
  }
  FrontGain::Slopes by;
  Rise out{search.goal.front->log_gain(predictions, by), std::vector<double>(point.size())};
  for (std::size_t i = 0; i < here.size(); ++i) {
    for (std::size_t axis = 0; axis < point.size(); ++axis) {
      out.slope[axis] +=
          by.mean[i] * here[i].mean[axis] + by.deviation[i] * here[i].deviation[axis];
    }
  }
  return out;
}

Rise rise_of_improvement(const Search& search, std::span<const double> point) {
  if (search.goal.front) {
    return rise_of_front(search, point);
  }
  return search.goal.best ? rise_of_best(search.objectives.front(), *search.goal.best, point)
                          : Rise{0, std::vector<double>(point.size())};
}

void add_chance_met(const Posterior& requirement, std::span<const double> point, Rise& rise) {
  const Posterior::Slopes here = requirement.slopes(point);
  const double deviation = here.value.deviation;
  const double z = -here.value.mean / deviation;
  const double by_z = log_below_slope(z);
  rise.value += log_below(z);
  for (std::size_t axis = 0; axis < point.size(); ++axis) {
    rise.slope[axis] -= by_z * (here.mean[axis] + z * here.deviation[axis]) / deviation;
  }
}

// The expected improvement, times the chances of success and of meeting each requirement, and what
// the priors say.
Rise rise_at(const Search& search, std::span<const double> point) {
  Rise rise = rise_of_improvement(search, point);
  for (const Posterior& each : search.requirements) {
    add_chance_met(each, point, rise);
  }
  std::vector<double> of_success(point.size());
  rise.value += search.feasibility.log_success(point, of_success);
  for (std::size_t axis = 0; axis < point.size(); ++axis) {
    rise.slope[axis] += of_success[axis];
  }
  if (search.priors != nullptr) {
    rise.value += search.priors->log_believed(point);
    search.priors->add_slope(point, rise.slope);
  }
  return rise;
}

// From the point to where that stops rising.
std::vector<double> climbed(const Search& search, std::vector<double> point) {
  const std::vector<std::size_t> axes = movable_axes(search.space, point);
  if (axes.empty()) {
    return point;
  }
  const auto move = [&](std::span<const double> at) {
    for (std::size_t i = 0; i < axes.size(); ++i) {
      point[axes[i]] = at[i];
    }
  };
  const auto negative = [&](std::span<const double> at, std::vector<double>& slope) {
    move(at);
    const Rise rise = rise_at(search, point);
    for (std::size_t i = 0; i < axes.size(); ++i) {
      slope[i] = -rise.slope[axes[i]];
    }
    return -rise.value;
  };
  std::vector<double> start;
  for (const std::size_t axis : axes) {
    start.push_back(point[axis]);
  }
  const std::vector<double> low(axes.size(), 0.0);
  const std::vector<double> high(axes.size(), std::nextafter(1.0, 0.0));
  move(descend(negative, start, low, high, kClimb).at);
  return point;
}

bool is_smooth(const CompiledSpace& space) {
  return std::ranges::all_of(space.axes(), [](const Axis& axis) {
    return axis.kind == AxisKind::continuous && !axis.conditional;
  });
}

// The best of the place, of where a climb from it ends and of so many of its neighbours.
Place improved(
    const Search& search, Draws& draws, Place place, std::size_t neighbours, double step) {
  Points tried{.axes = place.point.size(), .x = {}};
  draws.add_settled(climbed(search, place.point), tried);
  for (std::size_t k = 0; k < neighbours; ++k) {
    draws.add_near(place.point, step, tried);
  }
  for (Place& each : judge(search, tried)) {
    if (more(each, place)) {
      place = std::move(each);
    }
  }
  return place;
}

Points drawn(const Search& search, Draws& draws) {
  Points out{.axes = search.space.axes().size(), .x = {}};
  for (std::size_t i = 0; i < search.draws; ++i) {
    draws.add_anywhere(out);
  }
  if (search.priors != nullptr && search.priors->weight() > 0) {
    for (std::size_t i = 0; i < search.draws / 2; ++i) {
      draws.add_likely(*search.priors, out);
    }
  }
  for (std::size_t i = 0; i < search.good.size(); ++i) {
    for (std::size_t k = 0; k < kNeighbours; ++k) {
      draws.add_near(search.good[i], kFar, out);
    }
  }
  return out;
}

}  // namespace

// The series of 1 - |z| (1 - Phi(|z|)) / phi(z) in 1 / z^2.
double log_improvement(double z) {
  if (z < kNormalTail) {
    const double small = 1 / (z * z);
    return log_density(z) + logarithm(small * (1 - small * (3 - 15 * small)));
  }
  return logarithm(exponential(log_density(z)) + z * below(z));
}

double log_improvement_slope(double z) {
  if (z < kNormalTail) {
    return -z - 2 / z;
  }
  return below(z) / (exponential(log_density(z)) + z * below(z));
}

Goal::Goal(std::span<const Posterior> objectives, const Points& so_far) {
  std::vector<Losses> losses(so_far.size());
  for (const Posterior& each : objectives) {
    const auto predictions = each.predict(so_far);
    for (std::size_t i = 0; i < losses.size(); ++i) {
      losses[i].push_back(predictions[i].mean);
    }
  }
  if (losses.empty()) {
    return;
  }
  if (objectives.size() > 1) {
    front = FrontGain::beyond(losses, 1);
  } else {
    best = std::ranges::min(losses).front();
  }
}

std::optional<Place> most_promising(const Search& search, Draws draws) {
  std::vector<Place> found = judge(search, drawn(search, draws));
  if (found.empty()) {
    return std::nullopt;
  }
  const std::size_t climbs = std::min(kClimbs, found.size());
  std::partial_sort(
      found.begin(), found.begin() + static_cast<std::ptrdiff_t>(climbs), found.end(), more);
  found.resize(climbs);
  const bool smooth = is_smooth(search.space);
  for (Place& place : found) {
    if (smooth) {
      place = improved(search, draws, std::move(place), 0, 0);
      continue;
    }
    for (const double step : {kFar, kNear}) {
      place = improved(search, draws, std::move(place), kNeighbours, step);
    }
  }
  return *std::ranges::min_element(found, more);
}

}  // namespace luthier::gp
