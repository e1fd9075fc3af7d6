#include "search/points/repeats.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace luthier {
namespace {

constexpr std::size_t kMostSeen = 500;
constexpr double kMost = 1.5;  // times the distance that a loss is known to extend
constexpr double kInfinity = std::numeric_limits<double>::infinity();

}  // namespace

void Repeats::completed(const CompiledSpace& space,
                        TrialId trial,
                        std::span<const double> point,
                        double loss) {
  if (is_categorical_.empty()) {
    for (const Axis& axis : space.axes()) {
      is_categorical_.push_back(axis.kind == AxisKind::categorical);
    }
  }
  forget(trial);
  seen_[trial.value] = {.point = {point.begin(), point.end()}, .loss = loss};
  repeated_ += ++with_loss_[loss] == 2 ? 1 : 0;
  if (seen_.size() > kMostSeen) {
    forget(TrialId{seen_.begin()->first});
  }
}

void Repeats::forget(TrialId trial) {
  const auto found = seen_.find(trial.value);
  if (found == seen_.end()) {
    return;
  }
  const auto count = with_loss_.find(found->second.loss);
  repeated_ -= count->second == 2 ? 1 : 0;
  if (--count->second == 0) {
    with_loss_.erase(count);
  }
  seen_.erase(found);
}

// Squared; a parameter that is inactive at one point only makes them as different as categories.
double Repeats::distance(std::span<const double> a, std::span<const double> b) const {
  double sum = 0;
  for (std::size_t axis = 0; axis < a.size(); ++axis) {
    if (std::isnan(a[axis]) || std::isnan(b[axis])) {
      sum += std::isnan(a[axis]) == std::isnan(b[axis]) ? 0 : 1;
    } else if (is_categorical_[axis]) {
      sum += a[axis] == b[axis] ? 0 : 1;
    } else {
      sum += (a[axis] - b[axis]) * (a[axis] - b[axis]);
    }
  }
  return sum;
}

// The squared distance to the farthest trial with the same loss that is nearer than every trial
// with another loss.
double Repeats::extent(const Seen& seen) const {
  double to_another = kInfinity;
  for (const auto& [trial, each] : seen_) {
    if (each.loss != seen.loss) {
      to_another = std::min(to_another, distance(seen.point, each.point));
    }
  }
  double out = 0;
  for (const auto& [trial, each] : seen_) {
    const double apart = each.loss == seen.loss ? distance(seen.point, each.point) : 0;
    out = apart < to_another ? std::max(out, apart) : out;
  }
  return out;
}

bool Repeats::contains(std::span<const double> point) const {
  if (repeated_ == 0) {
    return false;
  }
  const Seen* nearest = nullptr;
  double to_nearest = kInfinity;
  for (const auto& [trial, seen] : seen_) {
    const double apart = distance(point, seen.point);
    if (apart < to_nearest) {
      nearest = &seen;
      to_nearest = apart;
    }
  }
  return nearest != nullptr && with_loss_.at(nearest->loss) > 1 &&
         to_nearest <= kMost * kMost * extent(*nearest);
}

}  // namespace luthier
