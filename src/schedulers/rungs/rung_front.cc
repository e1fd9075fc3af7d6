#include "schedulers/rungs/rung_front.h"

#include "base/check.h"

namespace luthier {

void RungFront::enter(TrialId trial, Losses losses) {
  LUTHIER_CHECK(all_finite(losses), "a result without a number enters a front");
  LUTHIER_CHECK(index_.try_emplace(trial.value, trials_.size()).second,
                "a trial enters a rung twice");
  trials_.push_back(trial);
  losses_.push_back(std::move(losses));
  standings_.clear();
  rank_.resize(trials_.size());
  for (const std::size_t i : pareto_order(losses_)) {
    rank_[i] = standings_.size();
    standings_.push_back({static_cast<double>(rank_[i]), trials_[i]});
  }
}

}  // namespace luthier
