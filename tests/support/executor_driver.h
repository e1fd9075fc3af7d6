// Drives an executor in place of the engine, and keeps what it said.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "executors/system_clock.h"
#include "luthier/executor.h"

namespace luthier {

struct AttemptStory {
  std::vector<Reported> results;
  std::vector<CheckpointWritten> checkpoints;
  std::vector<Ended> ends;
};

class ExecutorDriver {
 public:
  using Decide = std::function<Reply(const Reported&)>;

  ExecutorDriver(Executor& executor, const Clock& clock) : executor_(executor), clock_(clock) {}

  Decide decide = [](const Reported&) { return Reply{}; };
  // Called after each event was kept.
  std::function<void(const ExecutorEvent&)> on_event;

  // Handles events until every attempt in `ids` has ended or `patience` is over; says whether all
  // did.
  bool run_until_ended(const std::vector<AttemptId>& ids,
                       std::chrono::milliseconds patience = std::chrono::seconds(20));
  // Handles what happens during `span`.
  void run_for(std::chrono::milliseconds span);
  const AttemptStory& story(AttemptId id) { return stories_[id]; }

 private:
  void step(TimePoint until);

  Executor& executor_;
  const Clock& clock_;
  std::map<AttemptId, AttemptStory> stories_;
};

}  // namespace luthier
