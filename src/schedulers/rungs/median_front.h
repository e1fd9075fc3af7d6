// Median stopping with several objectives. At time t, a trial stands with the best of each
// objective that it has reported so far, each other trial that has reached t with its running
// averages. They are ordered by non-domination and then by hypervolume contribution
// (core/pareto/pareto_order.h), and a trial is stopped where more than half of the others come
// before it. A result costs O(n log n), n being the other trials.
#pragma once

#include <memory>

#include "luthier/scheduler.h"

namespace luthier {

// The options are those of median_stopping.
std::unique_ptr<TrialScheduler> make_median_front(const PluginContext& context);

}  // namespace luthier
