// The executors by name: what each is, what it runs, and how it is made. The simulated executor is
// made together with its clock (tuner/session.cc), the caller's by luthier::Experiment.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "executors/workers/worker_options.h"
#include "luthier/clock.h"
#include "luthier/executor.h"
#include "luthier/experiment_spec.h"
#include "luthier/plugin.h"
#include "luthier/trainable.h"
#include "luthier/tuner.h"

namespace luthier {

// What executors are made of; used during the call, but for the area and the clock, which have to
// outlive the executor.
struct ExecutorContext {
  const SessionOptions& session;
  const TrainFunction& train;
  const WorkerOptions& workers;
  CheckpointArea& checkpoints;
  Clock& clock;
};

struct ExecutorRow {
  std::string_view name;
  PluginInfo (*info)();        // for `luthier plugins`
  bool is_listed = true;       // by `luthier plugins`: a person can choose it
  bool runs_programs = false;  // a command line; its output is kept in the trial's directory
  bool shares_gpus = false;    // trials run on this machine and get its GPUs
  // The function of a program in `language` that does what `luthier COMMAND` does for others. Null:
  // the command line can.
  std::string (*function_for)(std::string_view command) = nullptr;
  std::string_view language = "C++";
  // Checks the spec's options too. Null: an executor that is always made elsewhere.
  Result<std::unique_ptr<Executor>> (*make)(const ExperimentSpec& spec,
                                            const ExecutorContext& context) = nullptr;
};

std::span<const ExecutorRow> executors();
// Null for a name that is none.
const ExecutorRow* find_executor(std::string_view name);
// The executor that the spec names; an unknown name gets a suggestion.
Result<std::unique_ptr<Executor>> make_executor(const ExperimentSpec& spec,
                                                const ExecutorContext& context);

}  // namespace luthier
