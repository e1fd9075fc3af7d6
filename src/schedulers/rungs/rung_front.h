// RungFront: the trials that have entered a rung, with several objectives: ordered by
// non-domination and then by hypervolume contribution (core/pareto/pareto_order.h). The order of
// all may change when another trial enters.
#pragma once

#include <unordered_map>
#include <vector>

#include "core/pareto/pareto_order.h"
#include "schedulers/rungs/standing.h"

namespace luthier {

class RungFront {
 public:
  // Each trial enters once; its losses are finite.
  void enter(TrialId trial, Losses losses);

  std::size_t size() const { return trials_.size(); }
  const Losses& losses(TrialId trial) const { return losses_[index_.at(trial.value)]; }
  // Best first; the loss of each is its place in the order, 0 for the best.
  const std::vector<Standing>& standings() const { return standings_; }
  // Of one of them.
  std::size_t rank(TrialId trial) const { return rank_[index_.at(trial.value)]; }

 private:
  std::vector<TrialId> trials_;
  std::vector<Losses> losses_;
  std::unordered_map<std::int64_t, std::size_t> index_;  // look-ups only
  std::vector<Standing> standings_;
  std::vector<std::size_t> rank_;
};

}  // namespace luthier
