#include "luthier/experiment.h"

#include <map>
#include <system_error>
#include <utility>

#include "base/failure.h"
#include "base/try.h"
#include "executors/caller.h"
#include "tuner/advice.h"
#include "tuner/session.h"
#include "tuner/tuner_options.h"

namespace luthier {

struct Experiment::Impl {
  std::unique_ptr<Session> session;
  CallerExecutor* executor = nullptr;  // owned by the session
  std::map<TrialId, AttemptId> out;
  std::map<TrialId, AskedTrial> started;  // by the engine, not asked for yet
  std::string error;
  bool closed = false;

  // Lets the engine take in what was posted; `jobs` trials may be out then.
  Result<> pump(std::int64_t jobs) {
    Engine& engine = session->engine();
    if (!error.empty()) {
      return Error{ErrorCode::io, error};
    }
    engine.planner().set_jobs(jobs);
    engine.planner().schedule();
    Result<> pumped = engine.pump(0);
    if (!pumped) {
      error = pumped.error().message;
    }
    collect();
    return pumped;
  }

  void collect() {
    for (StartRequest& request : executor->take_started()) {
      out[request.id.trial] = request.id;
      AskedTrial asked{
          request.id.trial, std::move(request.config), request.seed, request.iteration};
      if (!request.restore_from.empty()) {
        asked.checkpoint = std::move(request.restore_from);
      }
      started.insert_or_assign(asked.id, std::move(asked));
    }
  }

  std::int64_t out_count() const { return static_cast<std::int64_t>(out.size()); }

  Result<AttemptId> attempt(TrialId trial) const {
    const auto found = out.find(trial);
    if (found == out.end() || started.contains(trial)) {
      return failure(ErrorCode::not_found, "trial {} is not out; ask for it first", to_text(trial));
    }
    return found->second;
  }

  Result<> end(TrialId trial, Outcome outcome, std::string message) {
    LUTHIER_TAKE(auto id, attempt(trial));
    LUTHIER_TRY(executor->post_end(id, outcome, std::move(message)));
    out.erase(trial);
    return pump(out_count());
  }

  Result<ExperimentSummary> close() {
    closed = true;
    Engine& engine = session->engine();
    if (!engine.left()) {
      engine.planner().leave("closed");
      engine.planner().leave_now();
      LUTHIER_TRY(pump(0));
    }
    engine.close();
    return session->finish();
  }
};

Experiment::Experiment(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Experiment::Experiment(Experiment&&) noexcept = default;
Experiment& Experiment::operator=(Experiment&&) noexcept = default;

Experiment::~Experiment() {
  if (impl_ && !impl_->closed) {
    // What could not be written now is what a crash would lose: nothing that was acknowledged.
    static_cast<void>(impl_->close());
  }
}

Result<Experiment> Experiment::open(Tuner tuner) {
  Tuner::Impl const& options = *tuner.impl_;
  LUTHIER_TRY(options.check());
  ExperimentSpec spec = options.named_spec();
  spec.executor = "caller";
  LUTHIER_TRY(options.plugins.resolve(spec));
  auto impl = std::make_unique<Impl>();
  auto executor = std::make_unique<CallerExecutor>();
  impl->executor = executor.get();
  std::filesystem::path directory;
  SessionTask start{.create = true};
  if (!options.options.session.memory_store) {
    directory = options.options.session.results / spec.name;
    std::error_code ignored;
    start.create =
        !std::filesystem::exists(directory / "experiment.db", ignored) || !is_taken(directory);
  }
  start.spec = std::move(spec);
  LUTHIER_TAKE(auto session,
               Session::open(std::move(directory),
                             std::move(start),
                             options.plugins,
                             options.options,
                             std::move(executor)));
  impl->session = std::move(session);
  impl->session->engine().planner().set_jobs(0);
  LUTHIER_TRY(impl->session->engine().open());
  impl->collect();
  return Experiment(std::move(impl));
}

std::optional<AskedTrial> Experiment::ask() {
  if (impl_->started.empty() && !impl_->pump(impl_->out_count() + 1)) {
    return std::nullopt;
  }
  if (impl_->started.empty()) {
    return std::nullopt;
  }
  AskedTrial asked = std::move(impl_->started.begin()->second);
  impl_->started.erase(impl_->started.begin());
  return asked;
}

Result<DecisionKind> Experiment::report(TrialId trial, const Metrics& metrics) {
  LUTHIER_TAKE(auto id, impl_->attempt(trial));
  LUTHIER_TRY(impl_->executor->post_report(id, metrics));
  LUTHIER_TRY(impl_->pump(impl_->out_count()));
  const auto reply = impl_->executor->last_reply(id);
  return reply ? reply->kind : DecisionKind::stop;
}

Result<> Experiment::save(TrialId trial, const TrialContext::Saver& saver) {
  LUTHIER_TAKE(auto id, impl_->attempt(trial));
  CheckpointArea& area = impl_->session->checkpoints();
  LUTHIER_TAKE(auto directory, area.begin(id));
  saver(directory);
  LUTHIER_TAKE(auto sealed, area.seal(id, impl_->session->state().iteration(trial), directory));
  LUTHIER_TRY(impl_->executor->post_checkpoint(id, sealed));
  return impl_->pump(impl_->out_count());
}

Result<> Experiment::tell(TrialId trial) {
  LUTHIER_TAKE(auto id, impl_->attempt(trial));
  const auto reply = impl_->executor->last_reply(id);
  const bool paused = reply && reply->kind == DecisionKind::pause;
  const bool stopped = reply && reply->kind == DecisionKind::stop;
  return impl_->end(trial,
                    paused    ? Outcome::paused
                    : stopped ? Outcome::stopped
                              : Outcome::returned,
                    {});
}

Result<> Experiment::fail(TrialId trial, std::string message) {
  return impl_->end(trial, Outcome::failed, std::move(message));
}

bool Experiment::finished() const {
  return impl_->session->state().finished();
}
const std::string& Experiment::error() const {
  return impl_->error.empty() ? impl_->session->state().early_failure() : impl_->error;
}
Result<ExperimentSummary> Experiment::close() {
  return impl_->close();
}

}  // namespace luthier
