// The executor python: a Python function or class that is named, "module:name", in worker
// processes, as the functions of luthier.Tuner are.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "executors/workers/worker_options.h"
#include "luthier/experiment_spec.h"
#include "luthier/plugin.h"

namespace luthier {

// The options of the executor, for `luthier plugins`.
std::span<const OptionSpec> python_function_options();
// What is wrong with one of them, a sentence; empty: nothing.
std::string python_option_problem(std::string_view name, std::string_view value);

// How its workers are started. The interpreter is the one that is named, else .venv/bin/python of
// the experiment's working directory, else python3. not_found: there is none.
Result<WorkerOptions> python_workers(const ExperimentSpec& spec);

}  // namespace luthier
