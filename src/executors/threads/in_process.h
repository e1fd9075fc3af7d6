// The executor that runs a C++ function in threads of this process. Threads are reused; one that
// overstays can't be killed: its attempt ends without it and it is never heard again.
#pragma once

#include <chrono>
#include <memory>

#include "luthier/clock.h"
#include "luthier/executor.h"
#include "luthier/trainable.h"

namespace luthier {

struct InProcessOptions {
  // Threads at most; further attempts wait for one. 0: as many as attempts.
  std::int64_t slots = 0;
  // From asking an attempt to end until it is abandoned; also how long the destructor waits.
  std::chrono::microseconds grace = std::chrono::seconds(10);
};

class InProcessExecutor : public Executor {
 public:
  // Threads that outlived their attempts, now. Each still holds a slot. Any thread.
  virtual std::int64_t abandoned() const = 0;
};

// `area` and `clock` must outlive the executor; what `train` refers to must outlive its threads,
// abandoned ones included. Resources::memory_bytes is not enforced (can_limit_memory is false).
std::unique_ptr<InProcessExecutor> make_in_process_executor(TrainFunction train,
                                                            InProcessOptions options,
                                                            CheckpointArea& area,
                                                            const Clock& clock);

}  // namespace luthier
