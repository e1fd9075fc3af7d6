#include "search/cmaes/stagnation.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace luthier::cmaes {
namespace {

constexpr double kTolerance = 1e-12;

double median_of(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  return *middle;
}

}  // namespace

Stagnation::Stagnation(std::size_t dimensions, std::size_t population) {
  const double share = 30 * static_cast<double>(dimensions) / static_cast<double>(population);
  flat_window_ = static_cast<std::size_t>(std::ceil(10 + share));
  window_ = static_cast<std::size_t>(std::ceil(120 + share));
}

void Stagnation::observe(std::span<const double> losses) {
  recent_.push_back({.best = losses.front(), .median = losses[losses.size() / 2]});
  if (recent_.size() > window_) {
    recent_.pop_front();
  }
}

bool Stagnation::is_flat() const {
  if (recent_.size() < flat_window_) {
    return false;
  }
  double least = recent_.back().best;
  double most = least;
  for (std::size_t i = recent_.size() - flat_window_; i < recent_.size(); ++i) {
    least = std::min(least, recent_[i].best);
    most = std::max(most, recent_[i].best);
  }
  return most - least <= kTolerance * std::max(1.0, std::abs(least));
}

bool Stagnation::stopped_improving() const {
  if (recent_.size() < window_) {
    return false;
  }
  // The oldest and the newest 30 % of the window.
  const std::size_t part = window_ * 3 / 10;
  const auto no_better = [&](double Generation::* loss) {
    std::vector<double> before;
    std::vector<double> now;
    for (std::size_t i = 0; i < part; ++i) {
      before.push_back(recent_[i].*loss);
      now.push_back(recent_[window_ - 1 - i].*loss);
    }
    return median_of(std::move(now)) >= median_of(std::move(before));
  };
  return no_better(&Generation::best) && no_better(&Generation::median);
}

}  // namespace luthier::cmaes
