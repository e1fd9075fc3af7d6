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
#include "tuner/assembly.h"
#include "tuner/machine/gpus.h"

namespace luthier {

// How a session begins.
struct SessionStart {
  bool create = false;       // a new experiment with `spec`
  ExperimentSpec spec = {};  // resolved; only with create
  Extension extension = {};
  bool retry = false;
  std::optional<TrialId> retry_trial = {};  // none: every failed trial
};

class Session {
 public:
  // `directory` is empty for an experiment in memory. Everything is checked and opened here; a new
  // experiment that is refused leaves nothing behind.
  static Result<std::unique_ptr<Session>> open(std::filesystem::path directory,
                                               SessionStart start,
                                               const PluginRegistry& plugins,
                                               const RunOptions& options,
                                               std::unique_ptr<Executor> own_executor = nullptr);
  ~Session();

  // Until the controller leaves.
  Result<ExperimentSummary> run();

  Engine& engine() { return *engine_; }
  ExperimentState& state() { return *state_; }
  CheckpointArea& checkpoints() { return *checkpoints_; }
  EventStore& store() { return *store_; }
  const std::filesystem::path& directory() const { return directory_; }
  // After the engine left: closes the store ...
  Result<> close() { return store_->close(); }
  // ... and sums up.
  Result<ExperimentSummary> finish();

 private:
  Session() = default;
  Result<> begin(SessionStart& start, const PluginRegistry& plugins, const RunOptions& options);
  Result<> open_store(const RunOptions& options, const SessionStart& start);
  Result<> open_checkpoints(const RunOptions& options);
  void clean_checkpoints(CheckpointDirectories& directories);
  Result<> make_world(const ExperimentSpec& spec, const RunOptions& options);
  Result<> make_simulated_world(const ExperimentSpec& spec, const RunOptions& options);
  Result<> check_start(const SessionStart& start) const;
  std::string way_to_extend() const;
  std::string ways_on() const;
  std::string logs_command(const ExperimentSpec& spec) const;
  Result<> make_executor(const ExperimentSpec& spec, const RunOptions& options);
  Result<> make_loggers(const ExperimentSpec& spec, const RunOptions& options);
  void make_engine(const RunOptions& options);
  void apply_start(const SessionStart& start);

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
  std::optional<Rules> rules_;
  std::unique_ptr<Advisors> advisors_;
  std::unique_ptr<Executor> executor_;
  std::vector<std::shared_ptr<Logger>> loggers_;
  bool has_console_ = false;
  std::unique_ptr<Engine> engine_;
  ReplayCounts recovered_;
};

}  // namespace luthier
