// WaitingReads: requests to read that wait for the engine's thread, while it runs an experiment.
#pragma once

#include <mutex>
#include <utility>
#include <vector>

#include "service/client_message.h"

namespace luthier {

class WaitingReads {
 public:
  // Any thread.
  void add(ClientRequest request) {
    const std::scoped_lock lock(mutex_);
    requests_.push_back(std::move(request));
  }
  std::vector<ClientRequest> take() {
    const std::scoped_lock lock(mutex_);
    return std::exchange(requests_, {});
  }

 private:
  std::mutex mutex_;
  std::vector<ClientRequest> requests_;  // guarded by mutex_
};

}  // namespace luthier
