// What an experiment says to any executor of programs.
#pragma once

#include <string>
#include <vector>

#include "executors/programs/process.h"
#include "luthier/experiment_spec.h"

namespace luthier {

// Options of executors that are about how a program runs and is heard, wherever that is:
//   metric_regex   as --metric-regex
//   metric_file    globs, one a line, as --metric-file
//   ok_status      statuses with commas between them, as --ok-status
//   templates      what the command's templates were when the experiment began; set by itself
//   tty            "true" or "false"
const std::vector<std::string>& program_option_names();
// False: it is none of them. An error: its value is wrong, in one sentence without a subject's
// name.
Result<bool> set_program_option(ProcessOptions& options,
                                const std::string& name,
                                const std::string& value);

Result<ProcessOptions> process_options(const ExperimentSpec& spec);

// Records in an experiment that begins what its templates are; they are compared from then on.
Result<> record_templates(ExperimentSpec& spec);

}  // namespace luthier
