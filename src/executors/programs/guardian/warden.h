// The warden: a process that runs one attempt's program and ends with its whole tree.
#pragma once

#include "executors/programs/guardian/wire.h"

namespace luthier::guardian {

// Runs in a child forked for it. `passed` are the request's descriptors (-1: not there),
// `controller` is a pidfd of the executor's process. Never returns.
[[noreturn]] void run_warden(const SpawnRequest& request,
                             const int (&passed)[kPassedMax],
                             int controller);

// The same for a program that already runs as this process's child since `started_us` of the
// monotonic clock, or could not be started.
[[noreturn]] void adopt(const SpawnRequest& request,
                        const Spawned& spawned,
                        std::int64_t started_us,
                        int control,
                        int controller);

}  // namespace luthier::guardian
