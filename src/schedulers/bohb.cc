// BOHB's schedule. Falkner, Klein and Hutter, "BOHB: robust and efficient hyperparameter
// optimization at scale" (ICML 2018): HyperBand (see hyperband.cc), beginning with the bracket of
// the most trials, whose results let searcher `bohb` build its model soon; for use with it.
//
// Departures from the paper: those of hyperband.cc. A bracket's first trials are evaluated in the
// order in which slots become free; the next bracket opens as soon as all places of one are taken.
#include "luthier/scheduler.h"
#include "schedulers/rungs/hyperband_bands.h"

namespace luthier {

SchedulerPlugin scheduler_bohb() {
  return {
      .info = {.summary = "HyperBand for the searcher bohb: the boldest bracket first",
               .paper = "Falkner et al., BOHB: robust and efficient hyperparameter optimization "
                        "at scale, 2018",
               .options = hyperband_option_specs(),
               .requirements = true},
      .make = [](const PluginContext& context) -> Result<std::unique_ptr<TrialScheduler>> {
        return make_hyperband(context, BracketOrder::largest_first);
      }};
}

}  // namespace luthier
