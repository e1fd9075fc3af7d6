// Successive halving by promotion (Li et al. 2018, algorithm 2): a trial pauses at its rung; free
// slots go to the best trial, of the highest rung that has one, which is among its rung's best
// floor(n / rf) and was not promoted yet; else to a new trial. Shared by `asha` and `pasha`.
#pragma once

#include <memory>

#include "base/ranked_set.h"
#include "luthier/scheduler.h"
#include "schedulers/rungs/ladder.h"
#include "schedulers/rungs/standing.h"

namespace luthier {

// Decides up to which rung trials are promoted.
class PromotionLimit {
 public:
  virtual ~PromotionLimit() = default;
  virtual void on_result(TrialId trial, double time, double loss) = 0;
  // A trial has entered rung number `rung`, whose trials are `ranks`.
  virtual void on_entered(std::size_t rung, const RankedSet<Standing>& ranks) = 0;
  // Trials of rungs 0 .. open_rungs() - 1 may be promoted. Never less than before.
  virtual std::size_t open_rungs() const = 0;
};

// `limit` may be null: every rung is open.
std::unique_ptr<TrialScheduler> make_promoting_ladder(const PluginContext& context,
                                                      std::unique_ptr<PromotionLimit> limit);

}  // namespace luthier
