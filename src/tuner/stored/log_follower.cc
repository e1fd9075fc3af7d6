#include "tuner/stored/log_follower.h"

#include "laboratory/simulation/simulation_options.h"
#include "store/sqlite/event_reader.h"
#include "tuner/assembly.h"

namespace luthier {

Result<> LogFollower::read_new(const std::function<void(const Event&)>& each) {
  running_ = is_running(directory_);
  Result<> applied;
  const auto read =
      reader_of(directory_)->read_from(state_.sequence() + 1, [&](const Event& event) {
        applied = state_.apply(event);
        if (applied) {
          read_at_ = Steady::now();
          each(event);
        }
        return applied.ok();
      });
  if (!read || !applied) {
    return read ? applied : read;
  }
  return state_.created() ? Result<>() : nothing_logged(directory_);
}

TimePoint LogFollower::now() const {
  if (!running_ || state_.spec().executor == kSimulatedExecutor) {
    return state_.time();
  }
  const auto since =
      std::chrono::duration_cast<std::chrono::microseconds>(Steady::now() - read_at_);
  return state_.time() + since.count();
}

}  // namespace luthier
