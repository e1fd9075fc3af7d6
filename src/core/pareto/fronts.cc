#include "core/pareto/fronts.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace luthier {
namespace {

using Indices = std::vector<std::size_t>;

// With at most two objectives and in lexicographic order, the newest member of a front dominates
// whatever any of them does.
bool front_dominates(std::span<const Losses> points, const Indices& front, const Losses& point) {
  if (point.size() <= 2) {
    return dominates(points[front.back()], point);
  }
  return std::ranges::any_of(front, [&](std::size_t i) { return dominates(points[i], point); });
}

}  // namespace

bool dominates(std::span<const double> a, std::span<const double> b) {
  bool better = false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] > b[i]) {
      return false;
    }
    better = better || a[i] < b[i];
  }
  return better;
}

bool all_finite(std::span<const double> losses) {
  return std::ranges::all_of(losses, [](double loss) { return std::isfinite(loss); });
}

std::vector<std::size_t> fronts_of(std::span<const Losses> points) {
  Indices order(points.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::sort(order, [&](std::size_t a, std::size_t b) {
    return points[a] != points[b] ? points[a] < points[b] : a < b;
  });
  std::vector<Indices> fronts;
  std::vector<std::size_t> front_of(points.size());
  for (const std::size_t i : order) {
    // A point that a front dominates is dominated by every front before it.
    const auto home = std::ranges::partition_point(
        fronts, [&](const Indices& front) { return front_dominates(points, front, points[i]); });
    front_of[i] = static_cast<std::size_t>(home - fronts.begin());
    if (home == fronts.end()) {
      fronts.push_back({i});
    } else {
      home->push_back(i);
    }
  }
  return front_of;
}

std::vector<double> crowding_distances(std::span<const Losses> front) {
  std::vector<double> distances(front.size(), 0);
  Indices order(front.size());
  std::iota(order.begin(), order.end(), 0);
  for (std::size_t axis = 0; !front.empty() && axis < front[0].size(); ++axis) {
    std::ranges::stable_sort(order, {}, [&](std::size_t i) { return front[i][axis]; });
    const double range = front[order.back()][axis] - front[order.front()][axis];
    distances[order.front()] = distances[order.back()] = std::numeric_limits<double>::infinity();
    for (std::size_t k = 1; range > 0 && k + 1 < order.size(); ++k) {
      distances[order[k]] += (front[order[k + 1]][axis] - front[order[k - 1]][axis]) / range;
    }
  }
  return distances;
}

}  // namespace luthier
