// Asking a running controller, or the log where none runs: stop, pause, resume.
#pragma once

#include "cli/options/arguments.h"
#include "core/log/log_words.h"

namespace luthier::cli {

inline constexpr Operand kOptionalTrial{.name = "TRIAL", .required = false};

// Asks for `what` about the experiment or trial of the operands, and prints the answer. Returns the
// exit code.
int ask(const Arguments& arguments, RequestKind what);

}  // namespace luthier::cli
