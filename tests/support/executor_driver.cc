#include "support/executor_driver.h"

#include <algorithm>

namespace luthier {

void ExecutorDriver::step(TimePoint until) {
  for (const auto& event : executor_.next_events(until)) {
    if (const auto* reported = std::get_if<Reported>(&event)) {
      stories_[reported->id].results.push_back(*reported);
      Reply reply = decide(*reported);
      reply.training_iteration = reported->training_iteration;
      executor_.reply(reported->id, reply);
    } else if (const auto* written = std::get_if<CheckpointWritten>(&event)) {
      stories_[written->id].checkpoints.push_back(*written);
    } else if (const auto* ended = std::get_if<Ended>(&event)) {
      stories_[ended->id].ends.push_back(*ended);
    }
    if (on_event) {
      on_event(event);
    }
  }
}

bool ExecutorDriver::run_until_ended(const std::vector<AttemptId>& ids,
                                     std::chrono::milliseconds patience) {
  const TimePoint limit = clock_.now() + std::chrono::microseconds(patience).count();
  const auto all_ended = [&] {
    return std::ranges::all_of(ids, [&](AttemptId id) { return !stories_[id].ends.empty(); });
  };
  while (!all_ended() && clock_.now() < limit) {
    step(limit);
  }
  return all_ended();
}

void ExecutorDriver::run_for(std::chrono::milliseconds span) {
  const TimePoint limit = clock_.now() + std::chrono::microseconds(span).count();
  while (clock_.now() < limit) {
    step(limit);
  }
}

}  // namespace luthier
