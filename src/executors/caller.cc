#include "executors/caller.h"

#include <utility>

#include "base/failure.h"
#include "base/format.h"

namespace luthier {
namespace {

Error not_running(AttemptId id) {
  return {
      ErrorCode::not_found,
      formatted("trial {} (attempt {}) is not running; ask for a trial before telling its results",
                to_text(id.trial),
                id.attempt)};
}

}  // namespace

void CallerExecutor::start(const StartRequest& request) {
  attempts_[request.id] = {.iteration = request.iteration};
  started_.push_back(request);
}

void CallerExecutor::reply(AttemptId id, const Reply& reply) {
  const auto found = attempts_.find(id);
  if (found == attempts_.end() || reply.training_iteration != found->second.iteration) {
    return;
  }
  found->second.waiting = false;
  found->second.reply = reply;
}

void CallerExecutor::interrupt(AttemptId id, bool pause, bool save) {
  const auto found = attempts_.find(id);
  if (found == attempts_.end()) {
    return;
  }
  found->second.waiting = false;
  found->second.reply = Reply{.training_iteration = found->second.iteration,
                              .kind = pause ? DecisionKind::pause : DecisionKind::stop,
                              .save = save};
}

std::vector<ExecutorEvent> CallerExecutor::next_events(TimePoint /*until*/) {
  return std::exchange(events_, {});
}

std::vector<StartRequest> CallerExecutor::take_started() {
  return std::exchange(started_, {});
}

Result<> CallerExecutor::post_report(AttemptId id, Metrics metrics) {
  const auto found = attempts_.find(id);
  if (found == attempts_.end()) {
    return not_running(id);
  }
  Attempt& attempt = found->second;
  if (attempt.waiting) {
    return failure(
        ErrorCode::invalid_argument,
        "trial {} reported iteration {} before iteration {} was answered; read its reply first",
        to_text(id.trial),
        attempt.iteration + 1,
        attempt.iteration);
  }
  attempt.waiting = true;
  attempt.reply.reset();
  events_.emplace_back(Reported{id, ++attempt.iteration, std::move(metrics)});
  return {};
}

Result<> CallerExecutor::post_checkpoint(AttemptId id, const CheckpointArea::Sealed& checkpoint) {
  const auto found = attempts_.find(id);
  if (found == attempts_.end()) {
    return not_running(id);
  }
  events_.emplace_back(
      CheckpointWritten{id, found->second.iteration, checkpoint.directory, checkpoint.bytes});
  return {};
}

Result<> CallerExecutor::post_end(AttemptId id, Outcome outcome, std::string message) {
  if (attempts_.erase(id) == 0) {
    return not_running(id);
  }
  events_.emplace_back(Ended{id, outcome, std::move(message), 0});
  return {};
}

std::optional<Reply> CallerExecutor::last_reply(AttemptId id) const {
  const auto found = attempts_.find(id);
  return found == attempts_.end() ? std::nullopt : found->second.reply;
}

}  // namespace luthier
