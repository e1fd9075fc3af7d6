// Asking a running controller, or the log where none runs.
#pragma once

#include <optional>

#include "cli/options/arguments.h"
#include "core/log/log_words.h"
#include "engine/control.h"

namespace luthier::cli {

inline constexpr Operand kOptionalTrial{.name = "TRIAL", .required = false};

// Asks for `what` about the experiment or trial of the operands, and prints the answer. Returns the
// exit code.
int ask(const Arguments& arguments, RequestKind what);

// The same for what a command can also do where nothing runs; nothing: nothing runs. Options that
// are for starting are refused where the experiment runs.
std::optional<int> ask_if_running(const Arguments& arguments, ControlRequest asked);

}  // namespace luthier::cli
