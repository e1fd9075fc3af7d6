// The executor that runs any program: one process tree an attempt, started and ended by the
// guardian. How a program gives its results: docs/worker_protocol.md.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "executors/programs/command/parameter_words.h"
#include "executors/programs/output_log.h"
#include "luthier/clock.h"
#include "luthier/executor.h"

namespace luthier {

struct ProcessOptions {
  std::vector<std::string> command;       // command_template.h
  std::vector<std::string> parameters;    // names the space knows: what placeholders may name
  ParameterWords words = {};              // what the program is told of them
  std::vector<std::string> metrics;       // the objectives: what makes a line of output a result
  std::vector<std::string> readings;      // other metrics that rules and schedulers read
  std::string metric_regex;               // empty: the usual forms
  std::vector<std::string> metric_files;  // globs in the trial's directory; empty: result_files.h
  std::vector<int> ok_statuses;           // exit statuses that are success, beside 0
  std::string templates;                  // digests of them (template_digests.h); empty: unknown
  bool tty = false;                       // standard output is a terminal
  // From SIGTERM to SIGKILL. Less ends a stopped trial sooner and may cut its cleaning up short.
  std::chrono::microseconds grace = std::chrono::seconds(10);
  // For a program that was told to pause and is saving; then it is ended as if it had hung.
  std::chrono::microseconds save_time = std::chrono::minutes(10);
  bool cold = false;    // Python programs import all by themselves (warm/warm_launcher.h)
  OutputLimits output;  // of stdout.log and stderr.log each
  std::string working_directory = {};  // where programs are started; empty: this process's
};

// A glob that can't name files in a trial's directory: what it must be.
Result<> check_metric_file(const std::string& glob);
// A command or pattern that can't be used, a template that has changed, a program that is not there
// or may not be executed, a working directory that is gone.
Result<> check_program(const ProcessOptions& options);

// The digests of the command's templates as they are now.
Result<std::string> template_digests(const ProcessOptions& options);

// Where programs are started: `recorded`, which must be there, or this process's directory.
Result<std::string> working_directory(const std::string& recorded);

// `area` and `clock` must outlive the executor. Errors: those of check_program, a guardian
// that can't be started.
Result<std::unique_ptr<Executor>> make_process_executor(ProcessOptions options,
                                                        CheckpointArea& area,
                                                        const Clock& clock);

}  // namespace luthier
