// Parts of the console's picture as members of a JSON object.
#pragma once

#include "core/json_writer.h"
#include "loggers/console/console_state.h"

namespace luthier {

// "trials": how many there are by state (those that ran are "interrupted" where nobody runs the
// experiment any more), and "total": in the end, where that is known.
void write_counts(JsonWriter& json, const ConsoleState& state, bool running);
// "best": a list with a metric, value, trial and iteration for each objective that has a best.
void write_best(JsonWriter& json, const ConsoleState& state);

}  // namespace luthier
