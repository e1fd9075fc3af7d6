// Engine: performs the plan. Persist, then act: each step's events are committed before a report is
// acknowledged or an attempt is started or ended. One thread runs it, and it holds no lock.
#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "engine/plan.h"
#include "luthier/clock.h"
#include "luthier/event_store.h"
#include "luthier/executor.h"
#include "luthier/logger.h"

namespace luthier {

// Where a test may let the controller die (docs/design/002-crash-points.md).
enum class FaultPoint { before_write, after_commit, after_acknowledge, after_effect };

struct EnginePorts {
  EventStore& store;
  Executor& executor;
  const Clock& clock;
  CheckpointArea& checkpoints;
  std::vector<Logger*> loggers = {};
  std::filesystem::path experiment_directory = {};
  // The trial's directory, there unless the executor makes it; empty path: trials have none.
  std::function<std::filesystem::path(TrialId)> trial_directory = {};
  // What people ask for; polled at each idle interval. The second answers a request, once what
  // follows from it is in the log.
  std::function<std::vector<ControlRequest>()> requests = {};
  std::function<void(const ControlRequest&, const Result<TrialId>&)> answer = {};
  // How often the user pressed Ctrl-C (or sent SIGTERM): 1 leaves in good order, 2 at once.
  const std::atomic<int>* interrupts = nullptr;
  // What the last of them was, in words; empty: "Ctrl-C".
  std::function<std::string_view()> interrupted_by = {};
  // Receives the answer to Ctrl-C where no logger shows it; may be empty.
  std::function<void(const std::string&)> say = {};
  TimePoint idle_interval = 100'000;   // microseconds between idle calls; 0: none (virtual time)
  std::function<void()> on_idle = {};  // at each idle interval, after the loggers; may be empty
  // True: die here. Only tests set it.
  std::function<bool(FaultPoint, Sequence)> fault = {};
  std::string host = {};
  std::int64_t pid = 0;
};

class Engine {
 public:
  Engine(ExperimentState& state,
         Advisors& advisors,
         const Rules& rules,
         PlannerOptions options,
         EnginePorts ports);

  // Before run: the events of a new experiment, or of an extension. They are committed with the
  // first step.
  Planner& planner() { return planner_; }

  // Runs until the controller leaves: finished, interrupted or (an error) the log can't be written
  // or the advisors give no answers. After an error the planner's events are not committed.
  Result<> run();
  // One round: waits for events until `until`, decides, commits, performs. For callers with a loop
  // of their own (ask and tell).
  Result<> pump(TimePoint until);
  Result<> open();                           // the part of run before the first round
  void close();                              // the part after the last one
  bool crashed() const { return crashed_; }  // a fault point said so
  bool left() const { return planner_.left(); }

 private:
  Result<> commit();
  void perform(Command& command);
  void take_requests();
  void answer_requests();
  void take_interrupts();
  void idle(TimePoint now);
  bool fault(FaultPoint point);
  TimePoint deadline(TimePoint now) const;

  ExperimentState& state_;
  const Advisors& advisors_;
  EnginePorts ports_;
  Planner planner_;
  std::vector<std::pair<ControlRequest, Result<TrialId>>> answers_;  // to be given after the commit
  TimePoint next_idle_ = 0;
  int interrupts_seen_ = 0;
  bool crashed_ = false;
};

}  // namespace luthier
