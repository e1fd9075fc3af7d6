// WorkerStarter: who starts and ends the processes of workers. Nothing is returned; what becomes of
// a worker is told to the pool (WorkerPool::on_ended), and so are the nodes (on_nodes).
#pragma once

#include <cstdint>
#include <string>

#include "executors/ray/ray_shape.h"

namespace luthier {

class WorkerStarter {
 public:
  virtual ~WorkerStarter() = default;
  // `place`: where it is to connect (WorkerPort::place).
  virtual void start_worker(std::uint64_t worker,
                            const RayShape& shape,
                            const std::string& place) = 0;
  virtual void kill_worker(std::uint64_t worker) = 0;
  virtual void ask_nodes() = 0;
};

}  // namespace luthier
