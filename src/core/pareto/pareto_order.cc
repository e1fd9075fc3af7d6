#include "core/pareto/pareto_order.h"

#include <algorithm>
#include <functional>
#include <numeric>
#include <queue>
#include <set>
#include <utility>

#include "core/pareto/hypervolume.h"

namespace luthier {
namespace {

using Indices = std::vector<std::size_t>;

constexpr double kBeyond = 1.1;  // the reference point of a front scaled to [0, 1]
constexpr std::size_t kMostObjectives = 4;
constexpr std::size_t kLargeFront = 100;  // with more than two objectives

// Each objective from 0, the front's best value, to 1, its worst.
std::vector<Losses> scaled(std::vector<Losses> front) {
  for (std::size_t axis = 0; axis < front[0].size(); ++axis) {
    const auto [least, most] =
        std::ranges::minmax(front, {}, [&](const Losses& point) { return point[axis]; });
    const double low = least[axis];
    // Halved, so that a range of the whole of double is still a number.
    const double half_range = most[axis] / 2 - low / 2;
    for (Losses& point : front) {
      point[axis] = half_range > 0 ? (point[axis] / 2 - low / 2) / half_range : 0;
    }
  }
  return front;
}

// What a point of a front adds to those taken so far.
class Taken {
 public:
  explicit Taken(std::size_t objectives) : reference_(objectives, kBeyond) {}

  double added(const Losses& point) const {
    return reference_.size() == 2 ? added_area(point)
                                  : hypervolume_added(point, taken_, reference_);
  }
  void take(const Losses& point) {
    if (reference_.size() == 2) {
      stairs_.insert({point[0], point[1]});
    } else {
      taken_.push_back(point);
    }
  }

 private:
  // Of a front of two objectives only the neighbours matter.
  double added_area(const Losses& point) const {
    const auto right = stairs_.lower_bound({point[0], point[1]});
    const double width = (right == stairs_.end() ? reference_[0] : right->first) - point[0];
    const double height =
        (right == stairs_.begin() ? reference_[1] : std::prev(right)->second) - point[1];
    return std::max(0.0, width) * std::max(0.0, height);
  }

  Losses reference_;
  std::vector<Losses> taken_;
  std::set<std::pair<double, double>> stairs_;
};

struct Promise {
  double added;  // at most so much: what is taken meanwhile makes it less
  std::size_t index;
  std::size_t as_of;  // points taken when it was found
  friend bool operator<(const Promise& a, const Promise& b) {
    return a.added != b.added ? a.added < b.added : a.index > b.index;
  }
};

Indices by_hypervolume(const std::vector<Losses>& front, std::size_t most) {
  Taken taken(front[0].size());
  std::priority_queue<Promise> promises;
  for (std::size_t i = 0; i < front.size(); ++i) {
    promises.push({taken.added(front[i]), i, 0});
  }
  Indices order;
  while (order.size() < std::min(most, front.size())) {
    Promise best = promises.top();
    promises.pop();
    if (best.as_of != order.size()) {
      best.added = taken.added(front[best.index]);
      best.as_of = order.size();
      promises.push(best);
      continue;
    }
    taken.take(front[best.index]);
    order.push_back(best.index);
  }
  return order;
}

Indices by_crowding(const std::vector<Losses>& front) {
  const std::vector<double> distances = crowding_distances(front);
  Indices order(front.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(order, std::greater<>(), [&](std::size_t i) { return distances[i]; });
  return order;
}

Indices front_order(std::vector<Losses> front, std::size_t most) {
  const std::size_t objectives = front[0].size();
  front = scaled(std::move(front));
  const bool takes_too_long =
      objectives > kMostObjectives || (objectives > 2 && front.size() > kLargeFront);
  return takes_too_long ? by_crowding(front) : by_hypervolume(front, most);
}

}  // namespace

std::vector<std::size_t> pareto_order(std::span<const Losses> points, std::size_t most) {
  Indices finite;
  Indices order;
  for (std::size_t i = 0; i < points.size(); ++i) {
    (all_finite(points[i]) ? finite : order).push_back(i);
  }
  std::vector<Losses> losses;
  for (const std::size_t i : finite) {
    losses.push_back(points[i]);
  }
  std::vector<Indices> fronts;
  const std::vector<std::size_t> front_of = fronts_of(losses);
  for (std::size_t i = 0; i < losses.size(); ++i) {
    fronts.resize(std::max(fronts.size(), front_of[i] + 1));
    fronts[front_of[i]].push_back(i);
  }
  const Indices last = std::exchange(order, {});
  for (auto front = fronts.begin(); front != fronts.end() && order.size() < most; ++front) {
    std::vector<Losses> members;
    for (const std::size_t i : *front) {
      members.push_back(losses[i]);
    }
    for (const std::size_t i : front_order(std::move(members), most - order.size())) {
      order.push_back(finite[(*front)[i]]);
    }
  }
  order.insert(order.end(), last.begin(), last.end());
  order.resize(std::min(most, order.size()));
  return order;
}

std::size_t pareto_rank(const Losses& point, std::span<const Losses> others) {
  std::vector<Losses> all(others.begin(), others.end());
  all.push_back(point);
  const std::vector<std::size_t> order = pareto_order(all);
  return static_cast<std::size_t>(std::ranges::find(order, others.size()) - order.begin());
}

}  // namespace luthier
