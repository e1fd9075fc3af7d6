// HyperBand, synchronous. Li, Jamieson, DeSalvo, Rostamizadeh and Talwalkar, "Hyperband: a novel
// bandit-based approach to hyperparameter optimization" (JMLR 2018).
//
// Bands of brackets s = 0 .. s_max, s_max = round(log_eta(max_t)): bracket s takes
// n0(s) = ceil((s_max+1)/(s+1) * eta^s) trials to r0(s) = floor(max_t * eta^-s), keeps the best
// ceil(n/eta) of them, multiplies r by eta (whole, at most max_t), and so on s times. A bracket is
// cut when none of its trials is training any more. New trials fill one bracket after the other,
// smallest s first, as in Ray Tune (the paper begins with the largest); after a band comes another.
// So the last milestone is max_t when max_t is a power of eta, else it may be below, as in Ray.
// Departures from Ray Tune.
//   A bracket with free places is not cut while further trials may come; once none come, it goes on
//   with those it has. A bracket that was cut takes no further trial.
//   A trial at its bracket's last milestone stops at once instead of waiting for the others.
//   A trial that jumped over milestones takes part in their cuts at once (Ray stalls on some
//   max_t). NaN or infinity at a milestone stops the trial; its place counts as taken. When only
//   trials that a person holds keep a bracket from being cut, it is cut without them. Free slots go
//   to the trials a cut has kept, then to new ones (Ray: least complete bracket first).
//   Several objectives: a cut orders its trials by non-domination and then by hypervolume
//   contribution (core/pareto/pareto_order.h).
#include "luthier/scheduler.h"
#include "schedulers/rungs/hyperband_bands.h"

namespace luthier {

SchedulerPlugin scheduler_hyperband() {
  return {.info = {.summary = "synchronous brackets of successive halving, from careful to bold",
                   .paper = "Li et al., Hyperband: a novel bandit-based approach to hyperparameter "
                            "optimization, 2018",
                   .options = hyperband_option_specs(),
                   .multi_objective = true,
                   .requirements = true},
          .make = [](const PluginContext& context) -> Result<std::unique_ptr<TrialScheduler>> {
            return make_hyperband(context, BracketOrder::smallest_first);
          }};
}

}  // namespace luthier
