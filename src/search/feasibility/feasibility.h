// Where trials fail: the chance that a trial at some point succeeds, from how those near it ended
// (Gelbart, Snoek and Adams, "Bayesian optimization with unknown constraints", 2014). Departures: a
// kernel-weighted share (Nadaraya 1964) instead of a Gaussian process, and it says nothing at all
// until knowing some parameters predicts failures better than their overall share does. Failures by
// chance are therefore ignored, and a region that fails is left.
#pragma once

#include <cstdint>
#include <deque>
#include <span>
#include <vector>

#include "luthier/compiled_space.h"
#include "luthier/trial.h"

namespace luthier {

class Feasibility {
 public:
  // `point`: coordinates of the unit cube, NaN where an axis is inactive. A trial that ends again
  // counts as it ended last.
  void ended(const CompiledSpace& space, TrialId trial, std::span<const double> point, bool failed);

  // Whether failures depend on where they happen.
  bool is_informative() const { return !axes_.empty(); }
  double chance_of_success(std::span<const double> point) const;  // 1 unless informative
  // The logarithm of the chance of success at a point, less a penalty where it is below two
  // thirds: a place to avoid. 0 unless informative.
  double log_success(std::span<const double> point) const;
  // The same; adds its slope along each numeric axis to `slope`, one number an axis.
  double log_success(std::span<const double> point, std::span<double> slope) const;

 private:
  struct Outcome {
    std::int64_t trial = 0;
    bool failed = false;
    std::vector<double> point;
  };
  struct RelevantAxis {
    std::size_t axis = 0;
    double weight = 0;  // of its squared distance
  };

  std::vector<const Outcome*> outcomes() const;
  double distance(std::size_t axis, double a, double b) const;
  double squared_distance(std::span<const double> a, std::span<const double> b) const;
  std::vector<RelevantAxis> relevant_axes() const;
  double share_failed() const;

  std::vector<bool> is_categorical_;  // by axis
  std::deque<Outcome> failed_;        // the newest
  std::deque<Outcome> succeeded_;
  std::size_t ends_ = 0;            // of trials so far
  std::size_t chosen_at_ = 0;       // of these
  std::vector<RelevantAxis> axes_;  // chosen again when the ends have grown by a tenth
};

}  // namespace luthier
