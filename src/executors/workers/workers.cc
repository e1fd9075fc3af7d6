#include "executors/workers/workers.h"

#include <utility>

#include "executors/programs/command/command_template.h"
#include "executors/programs/command/trial_environment.h"
#include "executors/programs/process_attempt.h"
#include "executors/programs/program_launcher.h"
#include "executors/results/hearing.h"
#include "executors/workers/worker_launcher.h"

namespace luthier {

Result<std::unique_ptr<Executor>> make_worker_executor(ProcessOptions options,
                                                       WorkerOptions workers,
                                                       CheckpointArea& area,
                                                       const Clock& clock) {
  if (const auto checked = check_parameter_variables(options.parameters); !checked) {
    return checked.error();
  }
  if (const auto there = options.words.check_secrets(); !there) {
    return there.error();
  }
  auto directory = working_directory(options.working_directory);
  if (!directory) {
    return directory.error();
  }
  auto guardian = GuardianClient::launch();
  if (!guardian) {
    return Error{ErrorCode::io,
                 guardian.error().message +
                     "; raise the limits on files and processes (ulimit -n, ulimit -u), or see "
                     "'luthier doctor'"};
  }
  auto launcher = WorkerLauncher::make(*std::move(guardian), std::move(workers), *directory);
  if (!launcher) {
    return launcher.error();
  }
  auto command = CommandTemplate::of_function(options.words);
  auto hearing = hearing_options(options);
  // A function reports; what it prints goes to its logs and is nothing else.
  return make_launching_executor(AttemptSettings{.options = std::move(options),
                                                 .command = std::move(command),
                                                 .hearing = std::move(hearing),
                                                 .directory = *std::move(directory),
                                                 .area = &area,
                                                 .clock = &clock,
                                                 .source = ResultSource::report},
                                 *std::move(launcher));
}

}  // namespace luthier
