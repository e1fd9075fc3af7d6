// The schedule of HyperBand (Li et al. 2018), shared by `hyperband` and `bohb`: bands of
// synchronous brackets, s = 0 .. s_max. hyperband.cc tells the rules and the departures.
#pragma once

#include <memory>
#include <vector>

#include "luthier/scheduler.h"

namespace luthier {

enum class BracketOrder : std::uint8_t {
  smallest_first,  // s = 0 .. s_max: from a few trials with all their time to many with little
  largest_first,   // s = s_max .. 0
};

std::vector<OptionSpec> hyperband_option_specs();
std::unique_ptr<TrialScheduler> make_hyperband(const PluginContext& context, BracketOrder order);

}  // namespace luthier
