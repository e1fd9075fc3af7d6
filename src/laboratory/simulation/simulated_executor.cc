#include "laboratory/simulation/simulated_executor.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "base/format.h"
#include "base/text.h"

namespace luthier {
namespace {

AttemptId attempt_of(const ExecutorEvent& event) {
  return std::visit(
      [](const auto& body) {
        if constexpr (requires { body.id; }) {
          return body.id;
        } else {
          return AttemptId();
        }
      },
      event);
}

std::string checkpoint_name(TrialId trial, std::int64_t iteration) {
  std::string digits = std::to_string(iteration);
  if (digits.size() < 6) {
    digits.insert(0, 6 - digits.size(), '0');
  }
  return formatted("trials/{}/checkpoints/{}", to_text(trial), digits);
}

}  // namespace

SimulatedExecutor::SimulatedExecutor(VirtualClock& clock,
                                     const Workload& workload,
                                     std::filesystem::path experiment_directory,
                                     std::optional<NodeOptions> nodes)
    : clock_(clock), workload_(workload), root_(std::move(experiment_directory)) {
  if (nodes) {
    nodes->start = clock_.now();
    nodes_.emplace(*nodes);
  }
}

SimulatedExecutor::Attempt* SimulatedExecutor::find(AttemptId id) {
  const auto found = attempts_.find(id.trial);
  return found == attempts_.end() || found->second.id != id ? nullptr : &found->second;
}

void SimulatedExecutor::start(const StartRequest& request) {
  Attempt attempt{.id = request.id,
                  .script = workload_.begin(request),
                  .base = request.iteration,
                  .iteration = request.iteration};
  if (request.timeout) {
    attempt.timeout = *request.timeout;
    attempt.deadline = clock_.now() + request.timeout->count();
  }
  Attempt& kept = attempts_.insert_or_assign(request.id.trial, std::move(attempt)).first->second;
  if (!nodes_ || nodes_->place(request.id)) {
    schedule_step(kept);
  }
}

void SimulatedExecutor::schedule_step(Attempt& attempt) {
  attempt.step = attempt.script->next(attempt.iteration + 1);
  attempt.next = clock_.now() + attempt.step.duration;
  if (attempt.next > attempt.deadline) {
    attempt.next = std::max(attempt.deadline, clock_.now());
    attempt.step.kind = SimulatedStep::Kind::time_out;
  }
  steps_.emplace(Key{attempt.next, attempt.id.trial, 0}, attempt.id);
}

void SimulatedExecutor::post(TrialId trial, ExecutorEvent event) {
  queue_.emplace(Key{clock_.now(), trial, ++posted_}, std::move(event));
}

void SimulatedExecutor::write_checkpoint(Attempt& attempt) {
  post(attempt.id.trial,
       CheckpointWritten{attempt.id,
                         attempt.iteration,
                         root_ / checkpoint_name(attempt.id.trial, attempt.iteration),
                         0});
}

void SimulatedExecutor::end(Attempt& attempt, Outcome outcome, std::string message) {
  steps_.erase(Key{attempt.next, attempt.id.trial, 0});
  attempt.over = true;
  post(attempt.id.trial, Ended{attempt.id, outcome, std::move(message), 0});
  free_worker(attempt.id);
}

void SimulatedExecutor::free_worker(AttemptId id) {
  if (!nodes_) {
    return;
  }
  if (const auto placed = nodes_->release(id)) {
    schedule_step(*find(*placed));
  }
}

void SimulatedExecutor::reply(AttemptId id, const Reply& reply) {
  Attempt* attempt = find(id);
  if (attempt == nullptr || !attempt->waiting || attempt->iteration != reply.training_iteration) {
    return;
  }
  attempt->waiting = false;
  const bool leaves = reply.kind == DecisionKind::pause || reply.kind == DecisionKind::stop;
  if (reply.kind == DecisionKind::checkpoint || (leaves && reply.save)) {
    write_checkpoint(*attempt);
  }
  if (leaves) {
    end(*attempt,
        reply.kind == DecisionKind::pause ? Outcome::paused : Outcome::stopped,
        "left as asked");
  } else {
    schedule_step(*attempt);
  }
}

void SimulatedExecutor::interrupt(AttemptId id, bool pause, bool save) {
  Attempt* attempt = find(id);
  if (attempt == nullptr || attempt->over) {
    return;
  }
  if (save && attempt->iteration > attempt->base) {
    write_checkpoint(*attempt);
  }
  attempt->waiting = false;
  end(*attempt, pause ? Outcome::paused : Outcome::stopped, "left as asked");
}

ExecutorEvent SimulatedExecutor::perform(Attempt& attempt) {
  SimulatedStep& step = attempt.step;
  attempt.next = kNever;
  if (step.kind == SimulatedStep::Kind::report) {
    ++attempt.iteration;
    attempt.waiting = true;
    return Reported{attempt.id, attempt.iteration, std::move(step.metrics)};
  }
  attempt.over = true;
  Ended ended{attempt.id, Outcome::returned, std::move(step.message), 0};
  if (step.kind == SimulatedStep::Kind::fail) {
    ended.outcome = Outcome::failed;
    ended.exit_status = 1;
  } else if (step.kind == SimulatedStep::Kind::time_out) {
    ended.outcome = Outcome::timed_out;
    ended.message = formatted("was ended at its timeout, {} s after it started",
                              format_number(static_cast<double>(attempt.timeout.count()) / 1e6));
  }
  free_worker(attempt.id);
  return ended;
}

// Coming back means that what was delivered is committed.
void SimulatedExecutor::forget_delivered() {
  for (const ExecutorEvent& event : delivered_) {
    if (std::holds_alternative<Ended>(event) && find(attempt_of(event)) != nullptr) {
      attempts_.erase(attempt_of(event).trial);
    }
  }
  delivered_.clear();
}

void SimulatedExecutor::change_nodes() {
  const SimulatedNodes::Change change = nodes_->take_change();
  for (const AttemptId id : change.lost) {
    if (Attempt* attempt = find(id); attempt != nullptr && !attempt->over) {
      attempt->waiting = false;
      end(*attempt, Outcome::lost, "its node was lost");
    }
  }
  for (const AttemptId id : change.placed) {
    schedule_step(*find(id));
  }
}

TimePoint SimulatedExecutor::next_time() const {
  TimePoint next = nodes_ ? nodes_->next_change() : kNever;
  if (!queue_.empty()) {
    next = std::min(next, std::get<0>(queue_.begin()->first));
  }
  if (!steps_.empty()) {
    next = std::min(next, std::get<0>(steps_.begin()->first));
  }
  return next;
}

std::vector<ExecutorEvent> SimulatedExecutor::next_events(TimePoint until) {
  forget_delivered();
  if (!redelivered_.empty()) {
    delivered_ = std::exchange(redelivered_, {});
    return delivered_;
  }
  const TimePoint next = next_time();
  if (next == kNever && until == kNever) {
    woken_.wait(false);  // nothing happens any more unless another thread has a say
  }
  if (woken_.exchange(false)) {
    return {};
  }
  if (next > until) {
    clock_.advance_to(std::max(until, clock_.now()));
    return {};
  }
  clock_.advance_to(std::max(next, clock_.now()));
  if (nodes_ && nodes_->next_change() <= next) {
    change_nodes();
  }
  // What happens at `until` counts as before it, so all of it comes at once.
  const std::size_t limit = next == until ? std::numeric_limits<std::size_t>::max() : kBatch;
  const auto due = [&](const auto& waiting) {
    return delivered_.size() < limit && !waiting.empty() &&
           std::get<0>(waiting.begin()->first) <= next;
  };
  while (due(queue_)) {
    delivered_.push_back(std::move(queue_.begin()->second));
    queue_.erase(queue_.begin());
  }
  while (due(steps_)) {
    Attempt& attempt = attempts_.at(steps_.begin()->second.trial);
    steps_.erase(steps_.begin());
    delivered_.push_back(perform(attempt));
  }
  return delivered_;
}

void SimulatedExecutor::wake() {
  woken_ = true;
  woken_.notify_one();
}

std::vector<AttemptId> SimulatedExecutor::survivors() {
  // A new controller: what the last one took but may not have committed comes again, now, in the
  // same order. A report that was answered is committed.
  for (ExecutorEvent& event : delivered_) {
    const Attempt* attempt = find(attempt_of(event));
    if (std::holds_alternative<Reported>(event) && (attempt == nullptr || !attempt->waiting)) {
      continue;
    }
    redelivered_.push_back(std::move(event));
  }
  delivered_.clear();
  std::vector<AttemptId> alive;
  for (const auto& [trial, attempt] : attempts_) {
    alive.push_back(attempt.id);
  }
  std::ranges::sort(alive);
  return alive;
}

}  // namespace luthier
