#include "simulation/simulated_executor.h"

#include <utility>

namespace luthier {
namespace {

AttemptId attempt_of(const ExecutorEvent& event) {
  return std::visit([](const auto& body) { return body.id; }, event);
}

std::string checkpoint_name(TrialId trial, std::int64_t iteration) {
  std::string digits = std::to_string(iteration);
  if (digits.size() < 6) {
    digits.insert(0, 6 - digits.size(), '0');
  }
  return "trials/" + to_text(trial) + "/checkpoints/" + digits;
}

class ScriptedAttempt final : public AttemptScript {
 public:
  ScriptedAttempt(const TrialScript& script, StartRequest request)
      : script_(script), request_(std::move(request)) {}
  SimulatedStep next(std::int64_t iteration) override { return script_.step(request_, iteration); }

 private:
  const TrialScript& script_;
  StartRequest request_;
};

}  // namespace

std::unique_ptr<AttemptScript> TrialScript::begin(const StartRequest& attempt) const {
  return std::make_unique<ScriptedAttempt>(*this, attempt);
}

void SimulatedExecutor::start(const StartRequest& request) {
  Attempt attempt{
      .request = request, .script = workload_.begin(request), .iteration = request.iteration};
  schedule_step(attempts_.insert_or_assign(request.id.trial, std::move(attempt)).first->second);
}

void SimulatedExecutor::schedule_step(Attempt& attempt) {
  attempt.step = attempt.script->next(attempt.iteration + 1);
  attempt.next = clock_.now() + attempt.step.duration;
  steps_.emplace(Key{attempt.next, attempt.request.id.trial, 0}, attempt.request.id);
}

void SimulatedExecutor::post(TrialId trial, TimePoint time, ExecutorEvent event) {
  queue_.emplace(Key{time, trial, ++posted_}, std::move(event));
}

void SimulatedExecutor::write_checkpoint(Attempt& attempt) {
  const AttemptId id = attempt.request.id;
  post(id.trial,
       clock_.now(),
       CheckpointWritten{
           id, attempt.iteration, root_ / checkpoint_name(id.trial, attempt.iteration), 0});
}

void SimulatedExecutor::end(Attempt& attempt, Outcome outcome) {
  steps_.erase(Key{attempt.next, attempt.request.id.trial, 0});
  attempt.over = true;
  post(attempt.request.id.trial,
       clock_.now(),
       Ended{attempt.request.id, outcome, "left as asked", 0});
}

void SimulatedExecutor::reply(AttemptId id, const Reply& reply) {
  const auto found = attempts_.find(id.trial);
  if (found == attempts_.end() || found->second.request.id != id || !found->second.waiting ||
      found->second.iteration != reply.training_iteration) {
    return;
  }
  Attempt& attempt = found->second;
  attempt.waiting = false;
  const bool leaves = reply.kind == DecisionKind::pause || reply.kind == DecisionKind::stop;
  if (reply.kind == DecisionKind::checkpoint || (leaves && reply.save)) {
    write_checkpoint(attempt);
  }
  if (leaves) {
    end(attempt, reply.kind == DecisionKind::pause ? Outcome::paused : Outcome::stopped);
  } else {
    schedule_step(attempt);
  }
}

void SimulatedExecutor::interrupt(AttemptId id, bool pause, bool save) {
  const auto found = attempts_.find(id.trial);
  if (found == attempts_.end() || found->second.request.id != id || found->second.over) {
    return;
  }
  if (save && found->second.iteration > found->second.request.iteration) {
    write_checkpoint(found->second);
  }
  found->second.waiting = false;
  end(found->second, pause ? Outcome::paused : Outcome::stopped);
}

ExecutorEvent SimulatedExecutor::perform(Attempt& attempt) {
  SimulatedStep& step = attempt.step;
  const AttemptId id = attempt.request.id;
  if (step.kind == SimulatedStep::Kind::report) {
    ++attempt.iteration;
    attempt.waiting = true;
    return Reported{id, attempt.iteration, std::move(step.metrics)};
  }
  attempt.over = true;
  const bool finished = step.kind == SimulatedStep::Kind::finish;
  return Ended{id,
               finished ? Outcome::returned : Outcome::failed,
               std::move(step.message),
               finished ? 0 : 1};
}

std::vector<ExecutorEvent> SimulatedExecutor::next_events(TimePoint until) {
  // Coming back means that what was delivered is committed.
  for (const ExecutorEvent& event : delivered_) {
    if (std::holds_alternative<Ended>(event)) {
      const auto found = attempts_.find(attempt_of(event).trial);
      if (found != attempts_.end() && found->second.request.id == attempt_of(event)) {
        attempts_.erase(found);
      }
    }
  }
  delivered_.clear();
  if (!redelivered_.empty()) {
    delivered_ = std::exchange(redelivered_, {});
    return delivered_;
  }
  TimePoint next = kNever;
  if (!queue_.empty()) {
    next = std::get<0>(queue_.begin()->first);
  }
  if (!steps_.empty()) {
    next = std::min(next, std::get<0>(steps_.begin()->first));
  }
  LUTHIER_CHECK(next != kNever || until != kNever, "nothing would ever happen again");
  if (next > until) {
    clock_.advance_to(std::max(until, clock_.now()));
    return {};
  }
  clock_.advance_to(std::max(next, clock_.now()));
  while (!queue_.empty() && std::get<0>(queue_.begin()->first) <= next) {
    delivered_.push_back(std::move(queue_.begin()->second));
    queue_.erase(queue_.begin());
  }
  while (!steps_.empty() && std::get<0>(steps_.begin()->first) <= next) {
    Attempt& attempt = attempts_.at(steps_.begin()->second.trial);
    steps_.erase(steps_.begin());
    delivered_.push_back(perform(attempt));
  }
  return delivered_;
}

std::vector<AttemptId> SimulatedExecutor::survivors() {
  // A new controller: what the last one took but may not have committed comes again, now, in the
  // same order. A report that was answered is committed.
  for (ExecutorEvent& event : delivered_) {
    const AttemptId id = attempt_of(event);
    const auto found = attempts_.find(id.trial);
    const bool known = found != attempts_.end() && found->second.request.id == id;
    if (std::holds_alternative<Reported>(event) && !(known && found->second.waiting)) {
      continue;
    }
    redelivered_.push_back(std::move(event));
  }
  delivered_.clear();
  std::vector<AttemptId> alive;
  for (const auto& [trial, attempt] : attempts_) {
    alive.push_back(attempt.request.id);
  }
  return alive;
}

}  // namespace luthier
