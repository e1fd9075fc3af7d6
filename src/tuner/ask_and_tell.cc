#include "tuner/ask_and_tell.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include "base/failure.h"
#include "base/try.h"
#include "tuner/advice.h"
#include "tuner/stored/earlier_results.h"

namespace luthier {

Result<std::unique_ptr<AskAndTell>> AskAndTell::open(ExperimentSpec spec,
                                                     const PluginRegistry& plugins,
                                                     const RunContext& options) {
  spec.executor = "caller";
  std::filesystem::path directory;
  SessionTask start{.create = true};
  if (!options.session.memory_store) {
    directory = options.session.results / spec.name;
    std::error_code ignored;
    start.create =
        !std::filesystem::exists(directory / "experiment.db", ignored) || !is_taken(directory);
  }
  if (start.create) {  // they may be gone once it exists, which knows them
    LUTHIER_TRY(add_related(options.session.results, options.related, spec));
  }
  if (const auto resolved = plugins.resolve(spec); !resolved) {
    return resolved.error();
  }
  std::unique_ptr<AskAndTell> opened(new AskAndTell());
  auto executor = std::make_unique<CallerExecutor>();
  opened->executor_ = executor.get();
  start.spec = std::move(spec);
  auto session =
      Session::open(std::move(directory), std::move(start), plugins, options, std::move(executor));
  if (!session) {
    return session.error();
  }
  opened->session_ = std::move(*session);
  opened->session_->engine().planner().set_jobs(0);
  if (const auto begun = opened->session_->engine().open(); !begun) {
    return opened->session_->leave_after(begun.error());
  }
  opened->collect();
  return opened;
}

// Lets the engine take in what was posted; `jobs` trials may be out then.
Result<> AskAndTell::pump(std::int64_t jobs) {
  if (failed_) {
    return *failed_;
  }
  Engine& engine = session_->engine();
  engine.planner().set_jobs(jobs);
  engine.planner().schedule();
  Result<> pumped = engine.pump(0);
  if (!pumped) {
    failed_ = session_->leave_after(pumped.error());
  }
  collect();
  return pumped;
}

void AskAndTell::collect() {
  for (StartRequest& request : executor_->take_started()) {
    out_[request.id.trial] = request.id;
    AskedTrial asked{request.id.trial, std::move(request.config), request.seed, request.iteration};
    if (!request.restore_from.empty()) {
      asked.checkpoint = std::move(request.restore_from);
    }
    started_.insert_or_assign(asked.id, std::move(asked));
  }
}

Result<AttemptId> AskAndTell::attempt(TrialId trial) const {
  const auto found = out_.find(trial);
  if (found == out_.end() || started_.contains(trial)) {
    return failure(ErrorCode::not_found, "trial {} is not out; ask for it first", to_text(trial));
  }
  return found->second;
}

std::optional<AskedTrial> AskAndTell::ask() {
  auto asked = ask(1);
  return asked.empty() ? std::nullopt : std::optional(std::move(asked.front()));
}

std::vector<AskedTrial> AskAndTell::ask(std::int64_t count) {
  std::vector<AskedTrial> asked;
  const auto missing = count - static_cast<std::int64_t>(started_.size());
  if (missing > 0 && !pump(out_count() + missing)) {
    return asked;
  }
  while (!started_.empty() && std::ssize(asked) < count) {
    asked.push_back(std::move(started_.begin()->second));
    started_.erase(started_.begin());
  }
  return asked;
}

Result<std::vector<AskedTrial>> AskAndTell::ask(std::span<const Config> configs) {
  for (const Config& config : configs) {
    if (const auto checked = session_->state().space().check(config); !checked) {
      return checked.error();
    }
  }
  std::vector<TrialId> added;
  for (const Config& config : configs) {
    const auto trial = session_->engine().planner().add_given(config);
    if (!trial && added.empty()) {
      return trial.error();
    }
    if (!trial) {
      break;  // it takes no more than these
    }
    added.push_back(*trial);
  }
  if (const auto pumped = pump(out_count() + std::ssize(configs)); !pumped) {
    return pumped.error();
  }
  std::vector<AskedTrial> asked;
  for (const TrialId trial : added) {
    if (const auto started = started_.extract(trial); !started.empty()) {
      asked.push_back(std::move(started.mapped()));
    }
  }
  return asked;
}

Result<DecisionKind> AskAndTell::report(TrialId trial, const Metrics& metrics) {
  auto id = attempt(trial);
  if (!id) {
    return id.error();
  }
  if (const auto posted = executor_->post_report(*id, metrics); !posted) {
    return posted.error();
  }
  if (const auto pumped = pump(out_count()); !pumped) {
    return pumped.error();
  }
  const auto reply = executor_->last_reply(*id);
  return reply ? reply->kind : DecisionKind::stop;
}

Result<std::filesystem::path> AskAndTell::begin_checkpoint(TrialId trial) {
  auto id = attempt(trial);
  if (!id) {
    return id.error();
  }
  auto directory = session_->checkpoints().begin(*id);
  if (directory) {
    saving_[trial] = *directory;
  }
  return directory;
}

Result<> AskAndTell::commit_checkpoint(TrialId trial) {
  auto id = attempt(trial);
  if (!id) {
    return id.error();
  }
  const auto begun = saving_.find(trial);
  if (begun == saving_.end()) {
    return failure(ErrorCode::not_found,
                   "trial {} has no checkpoint that was begun; begin one first",
                   to_text(trial));
  }
  const std::filesystem::path directory = std::move(begun->second);
  saving_.erase(begun);
  auto sealed = session_->checkpoints().seal(*id, session_->state().iteration(trial), directory);
  if (!sealed) {
    return sealed.error();
  }
  if (auto posted = executor_->post_checkpoint(*id, *sealed); !posted) {
    return posted;
  }
  return pump(out_count());
}

Result<> AskAndTell::tell(TrialId trial) {
  auto id = attempt(trial);
  if (!id) {
    return id.error();
  }
  const auto reply = executor_->last_reply(*id);
  const bool paused = reply && reply->kind == DecisionKind::pause;
  const bool stopped = reply && reply->kind == DecisionKind::stop;
  return end(trial, paused ? Outcome::paused : stopped ? Outcome::stopped : Outcome::returned, {});
}

Result<> AskAndTell::tell_stopped(TrialId trial, const std::string& who) {
  const auto id = attempt(trial);
  if (!id) {
    return id.error();
  }
  if (const auto asked = session_->engine().planner().on_control(
          {.request = RequestKind::stop, .trial = trial, .who = who});
      !asked) {
    return asked.error();
  }
  return end(trial, Outcome::stopped, {});
}

Result<> AskAndTell::fail(TrialId trial, std::string message) {
  return end(trial, Outcome::failed, std::move(message));
}

Result<> AskAndTell::end(TrialId trial, Outcome outcome, std::string message) {
  auto id = attempt(trial);
  if (!id) {
    return id.error();
  }
  if (auto posted = executor_->post_end(*id, outcome, std::move(message)); !posted) {
    return posted;
  }
  out_.erase(trial);
  if (const auto begun = saving_.find(trial); begun != saving_.end()) {
    session_->checkpoints().remove(begun->second);
    saving_.erase(begun);
  }
  return pump(out_count());
}

Result<> AskAndTell::stop(const std::string& who) {
  if (failed_) {
    return *failed_;
  }
  if (const auto asked =
          session_->engine().planner().on_control({.request = RequestKind::stop, .who = who});
      !asked) {
    return asked.error();
  }
  return pump(out_count());
}

bool AskAndTell::nothing_left() const {
  const ExperimentState& state = session_->state();
  return !state.more_trials() && state.running().empty() && state.pending().empty() &&
         state.paused().empty() && state.chosen().empty() && state.delayed().empty();
}

Result<ExperimentSummary> AskAndTell::close() {
  closed_ = true;
  if (failed_) {
    return *failed_;
  }
  Engine& engine = session_->engine();
  if (out_.empty() && nothing_left()) {
    if (const auto pumped = pump(1); !pumped) {  // it has finished, and takes note of it
      return pumped.error();
    }
  }
  if (!engine.left()) {
    engine.planner().leave("closed");
    engine.planner().leave_now();
    if (const auto pumped = pump(0); !pumped) {
      return pumped.error();
    }
  }
  engine.close();
  return session_->finish();
}

const std::string& AskAndTell::error() const {
  return failed_ ? failed_->message : session_->state().early_failure();
}

}  // namespace luthier
