#include "search/feasibility/feasibility.h"

#include <algorithm>
#include <cmath>

#include "search/parzen/elementary.h"

namespace luthier {
namespace {

constexpr std::size_t kMostOutcomes = 64;  // of each kind
constexpr std::size_t kFewFailures = 2;    // and fewer say nothing
constexpr double kGrowth = 1.1;            // of the ends, from one choice of axes to the next
constexpr std::size_t kMostAxes = 4;
constexpr double kWeights[] = {4, 25, 150};  // half the similarity is lost within 0.32, 0.13, 0.05
constexpr double kPrior = 0.5;               // weight of the overall share, in outcomes
constexpr double kEvidence = 4;              // logarithm of the odds that one more axis must gain
constexpr double kTolerated = 0.35;          // chance of failure, beyond which a place is avoided
constexpr double kPenalty = 1000;            // times the square of what is beyond

// How much an outcome at this squared distance says.
double similarity(double squared) {
  return 1 / ((1 + squared) * (1 + squared));
}

double similarity_slope(double squared) {
  return -2 / ((1 + squared) * (1 + squared) * (1 + squared));
}

// The log likelihood of each outcome given all others, which are at squared distances `apart`.
double log_likelihood(const std::vector<char>& failed,
                      const std::vector<double>& apart,
                      double share) {
  const std::size_t count = failed.size();
  std::vector<double> of_failed(count, kPrior * share);
  std::vector<double> all(count, kPrior);
  std::size_t pair = 0;
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const double weight = similarity(apart[pair++]);
      all[i] += weight;
      all[j] += weight;
      of_failed[i] += failed[j] ? weight : 0;
      of_failed[j] += failed[i] ? weight : 0;
    }
  }
  double sum = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const double chance = of_failed[i] / all[i];
    sum += parzen::logarithm(failed[i] ? chance : 1 - chance);
  }
  return sum;
}

}  // namespace

void Feasibility::ended(const CompiledSpace& space,
                        TrialId trial,
                        std::span<const double> point,
                        bool failed) {
  if (is_categorical_.empty()) {
    for (const Axis& axis : space.axes()) {
      is_categorical_.push_back(axis.kind == AxisKind::categorical);
    }
  }
  for (auto* each : {&failed_, &succeeded_}) {
    std::erase_if(*each, [&](const Outcome& outcome) { return outcome.trial == trial.value; });
  }
  auto& kind = failed ? failed_ : succeeded_;
  kind.push_back({.trial = trial.value, .failed = failed, .point = {point.begin(), point.end()}});
  if (kind.size() > kMostOutcomes) {
    kind.pop_front();
  }
  if (static_cast<double>(++ends_) >= kGrowth * static_cast<double>(chosen_at_)) {
    chosen_at_ = ends_;
    axes_ = relevant_axes();
  }
}

std::vector<const Feasibility::Outcome*> Feasibility::outcomes() const {
  std::vector<const Outcome*> out;
  for (const auto* kind : {&failed_, &succeeded_}) {
    for (const Outcome& each : *kind) {
      out.push_back(&each);
    }
  }
  return out;
}

double Feasibility::share_failed() const {
  return static_cast<double>(failed_.size()) /
         static_cast<double>(failed_.size() + succeeded_.size());
}

// A parameter that is inactive at one point only makes them as different as categories can be.
double Feasibility::distance(std::size_t axis, double a, double b) const {
  if (std::isnan(a) || std::isnan(b)) {
    return std::isnan(a) == std::isnan(b) ? 0 : 1;
  }
  if (is_categorical_[axis]) {
    return a == b ? 0 : 1;
  }
  return (a - b) * (a - b);
}

// One axis after the other, each the one that predicts the outcomes best, while that gains.
std::vector<Feasibility::RelevantAxis> Feasibility::relevant_axes() const {
  std::vector<RelevantAxis> chosen;
  if (failed_.size() < kFewFailures || succeeded_.empty()) {
    return chosen;
  }
  const auto all = outcomes();
  std::vector<char> failed;
  for (const Outcome* each : all) {
    failed.push_back(each->failed ? 1 : 0);
  }
  std::vector<double> apart(all.size() * (all.size() - 1) / 2, 0.0);
  const auto apart_along = [&](std::size_t axis, double weight) {
    std::vector<double> out = apart;
    std::size_t pair = 0;
    for (std::size_t i = 0; i < all.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        out[pair++] += weight * distance(axis, all[i]->point[axis], all[j]->point[axis]);
      }
    }
    return out;
  };
  const double share = share_failed();
  double likelihood = log_likelihood(failed, apart, share);
  while (chosen.size() < kMostAxes) {
    RelevantAxis best;
    double least = likelihood + kEvidence;
    for (std::size_t axis = 0; axis < is_categorical_.size(); ++axis) {
      for (const double weight : kWeights) {
        const double found = log_likelihood(failed, apart_along(axis, weight), share);
        if (found > least) {
          least = found;
          best = {.axis = axis, .weight = weight};
        }
      }
    }
    if (best.weight == 0) {
      break;
    }
    likelihood = least;
    apart = apart_along(best.axis, best.weight);
    chosen.push_back(best);
  }
  return chosen;
}

double Feasibility::log_success(std::span<const double> point) const {
  return log_success(point, {});
}

double Feasibility::chance_of_success(std::span<const double> point) const {
  if (!is_informative()) {
    return 1;
  }
  double of_failed = kPrior * share_failed();
  double all = kPrior;
  for (const Outcome* each : outcomes()) {
    const double weight = similarity(squared_distance(point, each->point));
    all += weight;
    of_failed += each->failed ? weight : 0;
  }
  return 1 - of_failed / all;
}

double Feasibility::squared_distance(std::span<const double> a, std::span<const double> b) const {
  double squared = 0;
  for (const auto& [axis, weight] : axes_) {
    squared += weight * distance(axis, a[axis], b[axis]);
  }
  return squared;
}

double Feasibility::log_success(std::span<const double> point, std::span<double> slope) const {
  if (!is_informative()) {
    return 0;
  }
  double of_failed = kPrior * share_failed();
  double all = kPrior;
  std::vector<double> slope_of_failed(slope.size());
  std::vector<double> slope_of_all(slope.size());
  for (const auto* kind : {&failed_, &succeeded_}) {
    for (const Outcome& each : *kind) {
      const double squared = squared_distance(point, each.point);
      const double weight = similarity(squared);
      all += weight;
      of_failed += each.failed ? weight : 0;
      if (slope.empty()) {
        continue;
      }
      for (const auto& [axis, scale] : axes_) {
        const double gap = point[axis] - each.point[axis];
        if (!is_categorical_[axis] && !std::isnan(gap)) {
          const double change = similarity_slope(squared) * 2 * scale * gap;
          slope_of_all[axis] += change;
          slope_of_failed[axis] += each.failed ? change : 0;
        }
      }
    }
  }
  const double chance = of_failed / all;
  const double excess = std::max(0.0, chance - kTolerated);
  for (std::size_t axis = 0; axis < slope.size(); ++axis) {
    const double change = (slope_of_failed[axis] - chance * slope_of_all[axis]) / all;
    slope[axis] -= change * (1 / (1 - chance) + 2 * kPenalty * excess);
  }
  return parzen::logarithm(1 - chance) - kPenalty * excess * excess;
}

}  // namespace luthier
