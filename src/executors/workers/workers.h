// The executor that runs a client's function in processes of this machine. Attempts speak the
// worker protocol (docs/worker_protocol.md) as programs do.
#pragma once

#include <memory>

#include "executors/programs/process.h"
#include "executors/workers/worker_options.h"
#include "luthier/executor.h"

namespace luthier {

// `options.command` is not used. `area` and `clock` must outlive the executor.
Result<std::unique_ptr<Executor>> make_worker_executor(ProcessOptions options,
                                                       WorkerOptions workers,
                                                       CheckpointArea& area,
                                                       const Clock& clock);

}  // namespace luthier
