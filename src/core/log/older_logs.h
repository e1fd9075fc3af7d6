// What events mean that were logged before they had a field for it.
#pragma once

#include <string_view>

#include "luthier/decision.h"

namespace luthier {

// Whether a stop completed its trial: one by the user's own rule did, and one whose numbers named
// "max_t". `made_by` is the decider's name; a choice has none.
bool completed_in_older_logs(const Numbers& numbers, std::string_view made_by = {});

}  // namespace luthier
