// The executor that runs any program: one process tree an attempt, started and ended by the
// guardian. How a program gives its results: docs/worker_protocol.md.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "executors/output_log.h"
#include "luthier/clock.h"
#include "luthier/executor.h"

namespace luthier {

struct ProcessOptions {
  std::vector<std::string> command;     // command_template.h
  std::vector<std::string> parameters;  // names the space knows: what placeholders may name
  std::vector<std::string> metrics;     // the objectives: what makes a line of output a result
  std::string metric_regex;             // pattern.h; empty: the usual forms (metric_lines.h)
  // From SIGTERM to SIGKILL. Less ends a stopped trial sooner and may cut its cleaning up short.
  std::chrono::microseconds grace = std::chrono::seconds(10);
  // For a program that was told to pause and is saving; then it is ended as if it had hung.
  std::chrono::microseconds save_time = std::chrono::minutes(10);
  OutputLimits output;                 // of stdout.log and stderr.log each
  std::string working_directory = {};  // where programs are started; empty: this process's
};

// A command or pattern that can't be used, a program that is not there or may not be executed, a
// working directory that is gone.
Result<> check_program(const ProcessOptions& options);

// Where programs are started: `recorded`, which must be there, or this process's directory.
Result<std::string> working_directory(const std::string& recorded);

// `area` and `clock` must outlive the executor. Errors: those of check_program, a guardian
// that can't be started.
Result<std::unique_ptr<Executor>> make_process_executor(ProcessOptions options,
                                                        CheckpointArea& area,
                                                        const Clock& clock);

}  // namespace luthier
