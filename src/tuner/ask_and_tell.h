// AskAndTell: a session whose trials the caller trains: what Experiment and the client protocol
// share. One thread; every call takes in what was posted before it returns.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "executors/caller.h"
#include "luthier/experiment.h"
#include "tuner/session.h"
#include "tuner/tuner_options.h"

namespace luthier {

class AskAndTell {
 public:
  // A new experiment of this spec, or the interrupted one of its name: trials that were out are
  // asked again. The spec's executor is not used.
  static Result<std::unique_ptr<AskAndTell>> open(ExperimentSpec spec,
                                                  const PluginRegistry& plugins,
                                                  const RunContext& options);

  std::optional<AskedTrial> ask();
  std::vector<AskedTrial> ask(std::int64_t count);  // so many at most
  // Trials with the caller's own configurations, as many as the experiment still takes; what one
  // leaves open is drawn. With an error none was added.
  Result<std::vector<AskedTrial>> ask(std::span<const Config> configs);
  Result<DecisionKind> report(TrialId trial, const Metrics& metrics);
  // An empty directory to save into, and then the commit of what is in it.
  Result<std::filesystem::path> begin_checkpoint(TrialId trial);
  Result<> commit_checkpoint(TrialId trial);
  Result<> tell(TrialId trial);
  Result<> tell_stopped(TrialId trial, const std::string& who);  // ended early by the caller
  Result<> fail(TrialId trial, std::string message);
  Result<> stop(const std::string& who);  // the experiment, as `luthier stop` does
  Result<ExperimentSummary> close();

  bool closed() const { return closed_; }
  bool finished() const { return session_->state().finished(); }
  const std::string& error() const;
  Session& session() { return *session_; }
  const ExperimentState& state() const { return session_->state(); }

 private:
  AskAndTell() = default;
  Result<> pump(std::int64_t jobs);
  void collect();
  std::int64_t out_count() const { return static_cast<std::int64_t>(out_.size()); }
  Result<AttemptId> attempt(TrialId trial) const;
  bool nothing_left() const;  // that could be asked for, now or later
  Result<> end(TrialId trial, Outcome outcome, std::string message);

  std::unique_ptr<Session> session_;
  CallerExecutor* executor_ = nullptr;  // owned by the session
  std::map<TrialId, AttemptId> out_;
  std::map<TrialId, AskedTrial> started_;  // by the engine, not asked for yet
  std::map<TrialId, std::filesystem::path> saving_;
  std::optional<Error> failed_;
  bool closed_ = false;
};

}  // namespace luthier
