// How a trial stands by the experiment's score, result by result. A score is a number for each
// objective, always one that is to be small (loss_of); +infinity where there is none. Where there
// are requirements, results that meet them all are better than any other.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <vector>

#include "luthier/experiment_spec.h"
#include "luthier/trial.h"

namespace luthier {

std::vector<double> losses_of(std::span<const Objective> objectives, const Metrics& metrics);
// Whether a result ranks before another: one with a number for every objective before one without,
// then by the first objective in which they differ.
bool is_better(std::span<const double> losses, std::span<const double> others);
// `metrics` with the values that `losses` stand for in place of the objectives' own.
Metrics with_losses(Metrics metrics,
                    std::span<const Objective> objectives,
                    std::span<const double> losses);

class TrialScore {
 public:
  // Takes the trial's next result, by how much it misses each requirement included; returns the
  // losses that the trial is ranked by from now on.
  std::span<const double> take(const Score& score,
                               std::span<const Objective> objectives,
                               const Metrics& metrics,
                               const std::vector<double>& excess = {});
  // What it returned last; empty before the first result.
  std::span<const double> losses() const { return losses_; }
  // Of the result with these losses; of the last one with a mean.
  const std::vector<double>& excess() const { return excess_; }
  // The losses as they rank (ranked_loss.h).
  std::vector<double> ranked() const;
  // What was reported so far belongs to another configuration, or was lost: the next result begins
  // anew.
  void start_over();

 private:
  // Of a result's objectives; nothing for one that is not in it.
  using Reported = std::vector<std::optional<double>>;
  void take_mean(std::int64_t window, Reported reported);
  double mean(std::size_t objective) const;

  std::vector<double> losses_;
  std::vector<double> excess_;
  bool begins_ = true;
  std::deque<Reported> recent_;  // mean only
};

}  // namespace luthier
