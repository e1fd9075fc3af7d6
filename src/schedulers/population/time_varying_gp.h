// A Gaussian process whose function drifts: PB2's model of how much a trial gains in an interval
// (Parker-Holder et al. 2020, section 3.2; the kernel is that of Bogunovic, Scarlett and Cevher,
// "Time-varying Gaussian process bandit optimization", 2016):
//   k((t, x), (t', x')) = exp(-|x - x'|^2 / (2 l^2)) * (1 - e)^(|t - t'| / 2)
#pragma once

#include <memory>
#include <span>
#include <vector>

namespace luthier {

struct DriftingPoint {
  double time = 0;        // in intervals
  std::vector<double> x;  // each about 0 .. 1
};
struct DriftingObservation {
  DriftingPoint at;
  double value = 0;  // finite
};

struct DriftingKernel {
  double length_scale = 0.35;  // l
  double forgetting = 0.05;    // e
  double noise = 0.1;          // of an observation, in units of the signal's variance

  double operator()(const DriftingPoint& a, const DriftingPoint& b) const;
};

// The kernel of a fixed grid that makes the observations most likely, whatever their scale. At
// least two observations; costs some tens of milliseconds for a hundred.
DriftingKernel fit_kernel(std::span<const DriftingObservation> observations);

class TimeVaryingGp {
 public:
  // At least one observation.
  TimeVaryingGp(std::span<const DriftingObservation> observations, const DriftingKernel& kernel);
  TimeVaryingGp(TimeVaryingGp&&) noexcept;
  ~TimeVaryingGp();

  // As if the mean had been observed there: the mean stays, the deviation near them shrinks.
  void imagine(std::span<const DriftingPoint> points);

  struct Prediction {
    double mean = 0;
    double deviation = 0;
  };
  Prediction predict(const DriftingPoint& point) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace luthier
