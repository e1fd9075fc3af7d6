// Assembly: options in, a running experiment out. What Tuner, the command line and the simulator
// build their experiments with.
#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/log/log_words.h"
#include "core/state/experiment_state.h"
#include "engine/control.h"
#include "engine/recover.h"
#include "executors/workers/worker_options.h"
#include "loggers/console/console.h"
#include "luthier/benchmark.h"
#include "luthier/tuner.h"
#include "tuner/plugin_registry.h"

namespace luthier {

class Session;

// What the program that runs an experiment gives it, beside the spec.
struct RunContext {
  SessionOptions session;
  std::vector<std::string> related = {};  // experiments that become ExperimentSpec::related
  bool may_rename = false;     // a new experiment whose name is taken gets -2, -3, ... after it
  ConsoleOptions console;      // how the console shows a run
  TrainFunction train = {};    // executor in_process
  WorkerOptions workers = {};  // executor workers
  // Executor simulated: the program's own; null: the one that the spec names.
  std::shared_ptr<const Benchmark> benchmark = nullptr;
  std::function<bool(TrialId, const TrialResult&)> stop_if = {};
  std::vector<std::shared_ptr<Logger>> own_loggers = {};
  // Called about every 100 ms by the engine's thread, between its steps.
  std::function<void(Session& session)> on_idle = {};
};

// Why `name` can't be an experiment's, a sentence; empty when it can. It becomes a directory: one
// path component that a shell needs not quote.
std::string name_problem(const std::string& name);

// Runs a new experiment. Checks everything before it creates anything: name taken (already_exists,
// the message shows resume and extend), space, plugins, objectives, resources, executor, loggers.
// `ready`: the spec's space, where it is compiled already.
Result<ExperimentSummary> run_experiment(ExperimentSpec spec,
                                         const PluginRegistry& plugins,
                                         const RunContext& options,
                                         const SharedSpace& ready = nullptr);

// More samples or time for an experiment that ended or was interrupted.
struct Extension {
  std::optional<std::int64_t> more_samples;  // added to the log's
  std::optional<double> more_time_s;
  // Distributions that take the place of those of the same name; trials outside of them stay.
  std::optional<Space> space = {};
};
// Goes on with an interrupted experiment; the spec comes from its log.
Result<ExperimentSummary> resume_experiment(const std::filesystem::path& directory,
                                            const PluginRegistry& plugins,
                                            const RunContext& options,
                                            const Extension& extension = {});
// Makes the failed trials (or one) pending again, then goes on as resume does.
Result<ExperimentSummary> retry_experiment(const std::filesystem::path& directory,
                                           const PluginRegistry& plugins,
                                           const RunContext& options,
                                           std::optional<TrialId> trial);

// Adds a configuration, which may leave parameters open, then goes on as resume does, also where
// the experiment has ended.
Result<ExperimentSummary> enqueue_and_resume(const std::filesystem::path& directory,
                                             const PluginRegistry& plugins,
                                             const RunContext& options,
                                             const Config& config);

// ---- Reading: works while the experiment runs and after it ended.
// Every event from `first` on.
Result<> read_events(const std::filesystem::path& directory,
                     Sequence first,
                     const std::function<bool(const Event&)>& receive);
// The state as of the last committed event. `each` (may be empty) sees every event before it is
// applied.
Result<std::unique_ptr<ExperimentState>> read_state(
    const std::filesystem::path& directory, const std::function<void(const Event&)>& each = {});
// not_found: the log of this directory holds nothing yet, or never will.
Error nothing_logged(const std::filesystem::path& directory);
// Whether a controller holds the experiment now.
bool is_running(const std::filesystem::path& directory);
Result<ReplayCounts> replay_experiment(const std::filesystem::path& directory,
                                       const PluginRegistry& plugins);
ExperimentSummary summarise(const ExperimentState& state, const std::filesystem::path& directory);
TrialSummary summarise_trial(const ExperimentState& state, TrialId trial);
// The controller that holds the experiment now; nothing when none does.
struct Holder {
  std::string host;
  std::int64_t pid = 0;
  TimePoint since = 0;
};
std::optional<Holder> holder(const std::filesystem::path& directory);

// Directories of experiments under `results`, by name.
std::vector<std::filesystem::path> list_experiments(const std::filesystem::path& results);
// The experiment called `name` (or at the path `name`); not_found lists what there is.
Result<std::filesystem::path> find_experiment(const std::filesystem::path& results,
                                              const std::string& name);

// ---- Asking, for the experiment (trial -1) or one trial. A running controller is asked through
// <experiment>/control/ and answers within a second, once it is in the log; for an experiment that
// is not running, the lock is taken and the request written directly, if it starts nothing: extend,
// retry and enqueue are refused then, with the command that does them. What has an id is done once,
// however often it is asked.
struct RequestAnswer {
  std::string sentence;
  TrialId trial{-1};  // what it was about, or what was added
};
Result<RequestAnswer> request(const std::filesystem::path& directory, ControlRequest asked);
std::string to_json(RequestKind request, const RequestAnswer& answer);
// The options and operands after the experiment's name with which the command asks the same.
std::string request_words(const ControlRequest& asked);

}  // namespace luthier
