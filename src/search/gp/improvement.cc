#include "search/gp/improvement.h"

#include <algorithm>
#include <cmath>

#include "search/gp/descent.h"
#include "search/parzen/elementary.h"

namespace luthier::gp {
namespace {

using parzen::exponential;
using parzen::logarithm;

constexpr std::size_t kNeighbours = 16;  // of a point, drawn at once
constexpr std::size_t kClimbs = 6;       // points from which to climb
constexpr double kFar = 0.1;             // of an axis: from a point to neighbours at first ...
constexpr double kNear = 0.05;           // ... and then
constexpr double kTail = -30;            // below, the series for z to minus infinity is used
constexpr DescentOptions kClimb = {.first_step = 0.03, .evaluations = 30, .tolerance = 1e-4};

constexpr double kLogSqrtTwoPi = 0x1.d67f1c864beb5p-1;

double log_density(double z) {
  return -0.5 * z * z - kLogSqrtTwoPi;
}

double below(double z) {
  const double tail = parzen::upper_tail(std::abs(z));
  return z < 0 ? tail : 1 - tail;
}

double log_expected(const Posterior::Prediction& prediction, double best) {
  return logarithm(prediction.deviation) +
         log_improvement((best - prediction.mean) / prediction.deviation);
}

std::vector<Place> judge(const Search& search, const Points& points) {
  std::vector<Place> out;
  const auto predictions = search.posterior.predict(points);
  for (std::size_t i = 0; i < points.size(); ++i) {
    const auto point = points[i];
    out.push_back({.point = {point.begin(), point.end()},
                   .prediction = predictions[i],
                   .log_improvement = log_expected(predictions[i], search.best),
                   .log_success = search.feasibility.log_success(point)});
  }
  return out;
}

bool more(const Place& a, const Place& b) {
  return a.log_improvement + a.log_success > b.log_improvement + b.log_success;
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

// From the point to where the expected improvement, times the chance of success, stops rising.
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
    const Posterior::Slopes here = search.posterior.slopes(point);
    const double deviation = here.value.deviation;
    const double z = (search.best - here.value.mean) / deviation;
    const double by_z = log_improvement_slope(z);
    std::vector<double> of_success(point.size());
    const double success = search.feasibility.log_success(point, of_success);
    for (std::size_t i = 0; i < axes.size(); ++i) {
      slope[i] =
          (by_z * here.mean[axes[i]] - (1 - z * by_z) * here.deviation[axes[i]]) / deviation -
          of_success[axes[i]];
    }
    return -log_expected(here.value, search.best) - success;
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
  if (z < kTail) {
    const double small = 1 / (z * z);
    return log_density(z) + logarithm(small * (1 - small * (3 - 15 * small)));
  }
  return logarithm(exponential(log_density(z)) + z * below(z));
}

double log_improvement_slope(double z) {
  if (z < kTail) {
    return -z - 2 / z;
  }
  return below(z) / (exponential(log_density(z)) + z * below(z));
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
