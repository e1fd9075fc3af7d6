// SimulatedExecutor: attempts that take virtual time and report what a workload says. It outlives
// controllers: what one of them received but did not commit is delivered again to the next, at the
// same virtual time, so that a crash changes nothing.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "laboratory/simulation/simulated_nodes.h"
#include "laboratory/simulation/virtual_clock.h"
#include "laboratory/simulation/workload.h"
#include "luthier/executor.h"

namespace luthier {

class SimulatedExecutor final : public Executor {
 public:
  // Without `nodes` every attempt finds a worker at once.
  SimulatedExecutor(VirtualClock& clock,
                    const Workload& workload,
                    std::filesystem::path experiment_directory = "/",
                    std::optional<NodeOptions> nodes = {});

  Capabilities capabilities() const override {
    return {.can_kill = true,
            .can_checkpoint = true,
            .can_survive_controller = true,
            .is_simulated = true};
  }
  void start(const StartRequest& request) override;
  void reply(AttemptId id, const Reply& reply) override;
  void interrupt(AttemptId id, bool pause, bool save) override;
  // At most kBatch events (all that happen at `until` itself), so that a hundred thousand attempts
  // that report at the same time need not all wait in memory for one commit.
  std::vector<ExecutorEvent> next_events(TimePoint until) override;
  void wake() override;
  std::vector<AttemptId> survivors() override;

  static constexpr std::size_t kBatch = 1024;

 private:
  struct Attempt {
    AttemptId id;
    std::unique_ptr<AttemptScript> script;
    SimulatedStep step = {};     // what it does next
    std::int64_t base = 0;       // iteration it went on from
    std::int64_t iteration = 0;  // last reported
    std::chrono::microseconds timeout{0};
    TimePoint deadline = kNever;
    TimePoint next = kNever;  // when `step` is over; kNever: it waits for a reply or a worker
    bool waiting = false;     // for the reply to its last report
    bool over = false;        // its end is scheduled or delivered
  };
  // Equal times are ordered by trial, then by the order of being scheduled.
  using Key = std::tuple<TimePoint, TrialId, std::int64_t>;

  Attempt* find(AttemptId id);
  void schedule_step(Attempt& attempt);
  void post(TrialId trial, ExecutorEvent event);
  void write_checkpoint(Attempt& attempt);
  void end(Attempt& attempt, Outcome outcome, std::string message);
  void free_worker(AttemptId id);
  ExecutorEvent perform(Attempt& attempt);
  void change_nodes();
  void forget_delivered();
  TimePoint next_time() const;

  VirtualClock& clock_;
  const Workload& workload_;
  std::filesystem::path root_;
  std::optional<SimulatedNodes> nodes_;
  std::unordered_map<TrialId, Attempt> attempts_;
  std::map<Key, ExecutorEvent> queue_;      // ends and checkpoints
  std::map<Key, AttemptId> steps_;          // running attempts by the time of their next step
  std::vector<ExecutorEvent> delivered_;    // to the controller that has not come back yet
  std::vector<ExecutorEvent> redelivered_;  // what a new controller gets first
  std::int64_t posted_ = 0;
  std::atomic<bool> woken_ = false;
};

// Checkpoints that exist in name only.
class SimulatedCheckpoints final : public CheckpointArea {
 public:
  Result<std::filesystem::path> begin(AttemptId /*id*/) override { return std::filesystem::path(); }
  Result<Sealed> seal(AttemptId /*id*/,
                      std::int64_t /*iteration*/,
                      const std::filesystem::path& directory) override {
    return Sealed{directory, 0};
  }
  Result<> verify(const std::filesystem::path& /*directory*/) const override { return {}; }
  void remove(const std::filesystem::path& /*directory*/) override {}
};

}  // namespace luthier
