// The options of `run` as a table: what each is called, says, and does.
#pragma once

#include <span>

#include "cli/options/run_request.h"

namespace luthier::cli {

std::span<const Option> run_options();
const Option* find_run_option(std::string_view name);

// Puts one setting into the request. Precondition: its name is one of the options.
Result<> apply(RunRequest& request, const Setting& setting);

}  // namespace luthier::cli
