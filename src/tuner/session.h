// Session: one controller of one experiment, put together: store, state, advisors, executor,
// loggers and engine, in the order they depend on each other.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "engine/loop.h"
#include "laboratory/simulation/simulated_executor.h"
#include "store/checkpoint_directories.h"
#include "store/sqlite/sqlite_store.h"
#include "tuner/assembly.h"
#include "tuner/machine/gpus.h"
#include "tuner/notifications/notifier.h"

namespace luthier {

// What a session is opened for.
struct SessionTask {
  bool create = false;       // a new experiment with `spec`
  ExperimentSpec spec = {};  // resolved; only with create
  SharedSpace space = {};    // the spec's, where it is compiled already
  Extension extension = {};
  bool retry = false;
  std::optional<TrialId> retry_trial = {};  // none: every failed trial
  std::optional<Config> given = {};         // a configuration to add
};

class Session {
 public:
  // `directory` is empty for an experiment in memory. Everything is checked and opened here; a new
  // experiment that is refused leaves nothing behind.
  static Result<std::unique_ptr<Session>> open(std::filesystem::path directory,
                                               SessionTask start,
                                               const PluginRegistry& plugins,
                                               const RunContext& options,
                                               std::unique_ptr<Executor> own_executor = nullptr);
  ~Session();

  // Until the controller leaves.
  Result<ExperimentSummary> run();

  Engine& engine() { return *engine_; }
  ExperimentState& state() { return *state_; }
  CheckpointArea& checkpoints() { return *checkpoints_; }
  EventStore& store() { return *store_; }
  const std::filesystem::path& directory() const { return directory_; }
  // After the engine failed with `error`, which is returned: nothing but state() and store() is
  // used from now on. Where advisors gave no answer, the log says so and ends before what they
  // missed.
  Error leave_after(Error error);
  // After the engine left: closes the store ...
  Result<> close() { return store_->close(); }
  // ... and sums up.
  Result<ExperimentSummary> finish();

 private:
  Session() = default;
  Result<> begin(SessionTask& start, const PluginRegistry& plugins, const RunContext& options);
  Result<> begin_new(const SessionTask& start,
                     const PluginRegistry& plugins,
                     const RunContext& options);
  Result<> take_up(ExperimentSpec& spec, const PluginRegistry& plugins, const RunContext& options);
  Result<> open_store(const RunContext& options, StoreOptions store_options);
  Result<> open_checkpoints(const RunContext& options);
  void clean_checkpoints(CheckpointDirectories& directories);
  Result<> make_world(const ExperimentSpec& spec, const RunContext& options);
  Result<> make_simulated_world(const ExperimentSpec& spec, const RunContext& options);
  Result<> check_start(const SessionTask& start) const;
  std::string way_to_extend() const;
  std::string ways_on() const;
  Result<> make_executor(const ExperimentSpec& spec, const RunContext& options);
  Result<> make_loggers(const ExperimentSpec& spec, const RunContext& options);
  Result<> make_notifier(const ExperimentSpec& spec, const RunContext& options);
  void pass_on_warning();
  void tell_the_rest();
  void make_engine(const RunContext& options);
  Result<> apply_start(const SessionTask& start);
  std::unique_ptr<ExperimentState> state_after(std::vector<Event>& events,
                                               const AdviceFailure& failure);

  std::filesystem::path directory_;
  std::unique_ptr<Clock> clock_;
  std::unique_ptr<EventStore> store_;
  std::unique_ptr<CheckpointArea> checkpoints_;
  CheckpointDirectories* directories_ = nullptr;  // the same, where they are real
  std::filesystem::path root_;                    // checkpoints are named relative to it
  std::unique_ptr<Workload> workload_;            // of a simulated executor
  std::int64_t jobs_ = 0;
  SharedGpus gpus_;
  std::unique_ptr<ExperimentState> state_;
  std::unique_ptr<Rules> rules_;
  std::unique_ptr<Advisors> advisors_;
  std::unique_ptr<Executor> executor_;
  std::vector<std::shared_ptr<Logger>> loggers_;
  bool has_console_ = false;
  bool shows_notes_ = false;            // it does
  std::shared_ptr<Notifier> notifier_;  // one of the loggers; null: nobody wants to be told
  bool handles_signals_ = false;
  std::unique_ptr<Engine> engine_;
  ReplayCounts recovered_;
};

}  // namespace luthier
