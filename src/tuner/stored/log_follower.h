// LogFollower: the log of an experiment that another process may be writing, read as it grows.
// Between two reads nothing of it is open, so that it costs the writer nothing.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>

#include "core/state/experiment_state.h"
#include "luthier/error.h"

namespace luthier {

class LogFollower {
 public:
  explicit LogFollower(std::filesystem::path directory) : directory_(std::move(directory)) {}

  // Every event that the log has gained, in order, once it was checked; state() is the one after
  // it. not_found: nothing is logged yet, or never will be.
  Result<> read_new(const std::function<void(const Event&)>& each);

  const std::filesystem::path& directory() const { return directory_; }
  const ExperimentState& state() const { return state_; }
  // Whether a controller held the experiment just before the last read: what a controller that has
  // left wrote is read then.
  bool running() const { return running_; }
  // The time of the experiment: it goes on after the last event while a controller holds it, unless
  // it is simulated.
  TimePoint now() const;

 private:
  using Steady = std::chrono::steady_clock;

  std::filesystem::path directory_;
  ExperimentState state_;
  bool running_ = false;
  Steady::time_point read_at_;  // when an event was last read
};

}  // namespace luthier
