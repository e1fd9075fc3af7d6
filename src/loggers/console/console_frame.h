// The console's sentences and its live table, as lines without control characters; pure functions
// of the state.
#pragma once

#include <string>
#include <vector>

#include "loggers/console/console_state.h"

namespace luthier {

// "12 of 200 trials ended, 4 running, 1 paused, 1 failed"
std::string counts_text(const ConsoleState& state);
// "best loss 0.5 (trial 00007, iteration 3): lr=0.1 batch=32"; a line for each objective.
std::vector<std::string> best_texts(const ConsoleState& state);
// "1m 05s, about 4m 10s left"
std::string time_text(const ConsoleState& state, TimePoint now);
// A failure in full, its lines indented.
std::vector<std::string> failure_texts(const ConsoleState::Failure& failure);
// What remains to be read when the controller has left.
std::vector<std::string> closing_texts(const ConsoleState& state, TimePoint now);

// At most `height` lines of at most `width` columns: how far it is, the best, the trials that run,
// and why the last were stopped.
std::vector<std::string> live_frame(const ConsoleState& state,
                                    TimePoint now,
                                    int width,
                                    int height);

}  // namespace luthier
