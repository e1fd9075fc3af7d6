#include "search/cmaes/learning_rate.h"

#include <algorithm>
#include <cmath>

namespace luthier::cmaes {
namespace {

constexpr double kWantedRatio = 1.4;  // of signal to noise, in units of the rate: alpha
constexpr double kSpeed = 0.1;        // gamma

}  // namespace

void LearningRate::observe(std::span<const double> step) {
  average_.resize(step.size());
  double square = 0;
  double signal = 0;
  for (std::size_t i = 0; i < step.size(); ++i) {
    average_[i] += memory_ * (step[i] - average_[i]);
    signal += average_[i] * average_[i];
    square += step[i] * step[i];
  }
  average_square_ += memory_ * (square - average_square_);
  const double noise = average_square_ - signal;
  if (!(noise > 0)) {
    return;  // nothing moves
  }
  const double ratio = (signal - memory_ / (2 - memory_) * average_square_) / noise;
  const double excess = std::clamp(ratio / (kWantedRatio * value_) - 1, -1.0, 1.0);
  value_ = std::min(1.0, value_ * std::exp(std::min(kSpeed * value_, memory_) * excess));
}

}  // namespace luthier::cmaes
