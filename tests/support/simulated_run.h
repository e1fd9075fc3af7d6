// Runs an experiment on the simulated executor, crashing wherever a test says, and gives its
// canonical export.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "engine/loop.h"
#include "engine/recover.h"
#include "laboratory/simulation/simulated_executor.h"
#include "luthier/event_store.h"

namespace luthier {

// Curves with known shapes: deterministic, different for each configuration.
class CurveScript final : public TrialScript {
 public:
  explicit CurveScript(std::int64_t length, bool with_failures = false)
      : length_(length), with_failures_(with_failures) {}
  SimulatedStep step(const StartRequest& attempt, std::int64_t iteration) const override;

 private:
  std::int64_t length_;
  bool with_failures_;
};

struct SimulatedRun {
  std::string canonical;
  std::string first_error;       // of any controller; empty when all went well
  std::int64_t events = 0;       // in the log at the end
  std::int64_t controllers = 0;  // 1 + crashes
  ReplayCounts recovered;        // differences over all recoveries
};

using Fault = std::function<bool(FaultPoint, Sequence)>;

// A controller's way to the log: called when one starts, after the last one is gone.
using OpenStore = std::function<Result<EventStore*>()>;

struct SimulatedRunOptions {
  std::int64_t jobs = 1;
  Fault fault = {};                    // may let any controller die
  Resources inventory = {.cpu = 0};    // cpu 0: one for each job
  bool dies_of_failed_append = false;  // else that is the run's error
  // Puts another executor between the engine and the simulated one; may be empty.
  std::function<Executor&(Executor&)> around = {};
};

// Until the experiment is finished.
SimulatedRun run_simulated(const ExperimentSpec& spec,
                           const OpenStore& open,
                           const TrialScript& script,
                           const SimulatedRunOptions& options);
// `store` is kept over crashes, as a disk would be.
SimulatedRun run_simulated(const ExperimentSpec& spec,
                           EventStore& store,
                           const TrialScript& script,
                           std::int64_t jobs,
                           const Fault& fault = {},
                           Resources inventory = {.cpu = 0});  // cpu 0: one for each job

// Recomputes everything from the store.
ReplayCounts replay_store(const ExperimentSpec& spec, EventStore& store);

}  // namespace luthier
