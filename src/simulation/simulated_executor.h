// SimulatedExecutor: attempts that take virtual time and report what a script says. It outlives
// controllers: what one of them received but did not commit is delivered again to the next, at the
// same virtual time, so that a crash changes nothing.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "luthier/executor.h"
#include "simulation/virtual_clock.h"

namespace luthier {

// One thing a simulated attempt does next, after `duration` microseconds.
struct SimulatedStep {
  enum class Kind : std::uint8_t { report, finish, fail } kind = Kind::report;
  TimePoint duration = 0;
  Metrics metrics = {};      // of a report
  std::string message = {};  // of a failure
};

// What one attempt does, step by step.
class AttemptScript {
 public:
  virtual ~AttemptScript() = default;
  // `iteration` is the one to be reported next (1, 2, ...); each is asked for once, in order.
  virtual SimulatedStep next(std::int64_t iteration) = 0;
};

// What attempts do: the same for equal requests, so that every rerun sees the same.
class Workload {
 public:
  virtual ~Workload() = default;
  virtual std::unique_ptr<AttemptScript> begin(const StartRequest& attempt) const = 0;
};

// A workload as a pure function of the attempt and the iteration.
class TrialScript : public Workload {
 public:
  virtual SimulatedStep step(const StartRequest& attempt, std::int64_t iteration) const = 0;
  std::unique_ptr<AttemptScript> begin(const StartRequest& attempt) const final;
};

class SimulatedExecutor final : public Executor {
 public:
  SimulatedExecutor(VirtualClock& clock,
                    const Workload& workload,
                    std::filesystem::path experiment_directory = "/")
      : clock_(clock), workload_(workload), root_(std::move(experiment_directory)) {}

  Capabilities capabilities() const override {
    return {.can_kill = true, .can_checkpoint = true, .can_survive_controller = true};
  }
  void start(const StartRequest& request) override;
  void reply(AttemptId id, const Reply& reply) override;
  void interrupt(AttemptId id, bool pause, bool save) override;
  std::vector<ExecutorEvent> next_events(TimePoint until) override;
  void wake() override {}
  std::vector<AttemptId> survivors() override;

 private:
  struct Attempt {
    StartRequest request;
    std::unique_ptr<AttemptScript> script;
    SimulatedStep step = {};     // what it does next
    std::int64_t iteration = 0;  // last reported
    bool waiting = false;        // for the reply to that report
    bool over = false;           // its end is scheduled or delivered
    TimePoint next = 0;          // when its next step happens
  };
  // Equal times are ordered by trial, then by the order of being scheduled.
  using Key = std::tuple<TimePoint, TrialId, std::int64_t>;

  void schedule_step(Attempt& attempt);
  void post(TrialId trial, TimePoint time, ExecutorEvent event);
  void write_checkpoint(Attempt& attempt);
  void end(Attempt& attempt, Outcome outcome);
  ExecutorEvent perform(Attempt& attempt);

  VirtualClock& clock_;
  const Workload& workload_;
  std::filesystem::path root_;
  std::map<TrialId, Attempt> attempts_;
  std::map<Key, ExecutorEvent> queue_;      // ends and checkpoints
  std::map<Key, AttemptId> steps_;          // running attempts by the time of their next step
  std::vector<ExecutorEvent> delivered_;    // to the controller that has not come back yet
  std::vector<ExecutorEvent> redelivered_;  // what a new controller gets first
  std::int64_t posted_ = 0;
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
