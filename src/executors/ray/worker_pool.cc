#include "executors/ray/worker_pool.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/format.h"

namespace luthier {
namespace {

using ray_wire::Frame;
using ray_wire::Gone;
using ray_wire::Kind;
using ray_wire::Spawned;
using std::chrono::microseconds;

constexpr TimePoint kRoomTime = microseconds(std::chrono::milliseconds(500)).count();
constexpr TimePoint kAnswerTime = microseconds(std::chrono::seconds(5)).count();
constexpr TimePoint kNoteTime = microseconds(std::chrono::seconds(10)).count();
constexpr TimePoint kFarewell = microseconds(std::chrono::seconds(5)).count();
constexpr int kFailedStarts = 3;  // of workers in a row: then an attempt pays for it

template <class Packet>
std::string_view bytes_of(const Packet& packet) {
  return {reinterpret_cast<const char*>(&packet), sizeof packet};
}

std::string frame_of(Kind kind, AttemptId id, std::string_view payload) {
  std::string out;
  ray_wire::append(out, kind, id.trial.value, id.attempt, payload);
  return out;
}

AttemptId id_of(const Frame& frame) {
  return {TrialId{frame.trial}, frame.attempt};
}

// Nothing more comes of the attempt.
bool ends_attempt(const Frame& frame) {
  return frame.kind == Kind::gone ||
         (frame.kind == Kind::spawned &&
          ray_wire::packet_of<Spawned>(frame.payload).failed_errno != 0);
}

std::string waits_in_words(std::size_t trials, const RayAmounts& wanted) {
  return formatted("{} with {}; the cluster is busy or starting them (`ray status` shows which)",
                   trials == 1 ? std::string("a trial waits for a worker")
                               : std::to_string(trials) + " trials wait for workers",
                   in_words(wanted));
}

}  // namespace

WorkerPool::WorkerPool(WorkerStarter& starter,
                       WorkerPort port,
                       std::vector<RayNode> nodes,
                       std::chrono::seconds silence,
                       Listener& listener,
                       const Clock& clock)
    : starter_(starter),
      port_(std::move(port)),
      nodes_(std::move(nodes)),
      silence_(silence),
      listener_(listener),
      clock_(clock) {}

// ---- attempts

// The nodes may have changed since they were last asked for: a refusal rests on a fresh answer.
void WorkerPool::start(AttemptId id, const RayShape& shape, std::string order) {
  Waiting attempt{id, frame_of(Kind::start, id, order), clock_.now()};
  if (why_infeasible(shape, nodes_).empty()) {
    enqueue(shape, std::move(attempt));
    return;
  }
  undecided_.push_back({shape, std::move(attempt)});
  starter_.ask_nodes();
}

void WorkerPool::on_nodes(std::vector<RayNode> nodes) {
  nodes_ = std::move(nodes);
  for (auto& [shape, attempt] : std::exchange(undecided_, {})) {
    if (const std::string why = why_infeasible(shape, nodes_); !why.empty()) {
      listener_.on_refused(attempt.id, why);
    } else {
      enqueue(shape, std::move(attempt));
    }
  }
}

void WorkerPool::enqueue(const RayShape& shape, Waiting attempt) {
  queues_[shape].waiting.push_back(std::move(attempt));
  dispatch(shape);
}

// Gives what waits to the free workers, and starts as many as are missing.
void WorkerPool::dispatch(const RayShape& shape) {
  Queue& queue = queues_[shape];
  std::size_t coming = 0;  // room in workers that are starting
  for (auto& [number, worker] : workers_) {
    if (worker.leaving || worker.shape != shape) {
      continue;
    }
    coming += worker.alive ? 0 : shape.slots;
    while (worker.alive && worker.attempts.size() < shape.slots && !queue.waiting.empty()) {
      const Waiting next = std::move(queue.waiting.front());
      queue.waiting.pop_front();
      worker.attempts.push_back(next.id);
      attempts_[next.id] = number;
      port_.tell(number, next.start);
    }
  }
  for (; coming < queue.waiting.size(); coming += shape.slots) {
    add_worker(shape);
  }
  queue.noted = queue.noted && !queue.waiting.empty();
}

void WorkerPool::add_worker(const RayShape& shape) {
  const std::uint64_t number = port_.expect();
  workers_[number].shape = shape;
  starter_.start_worker(number, shape, port_.place(number));
}

void WorkerPool::input(AttemptId id, std::string_view bytes) {
  if (const auto found = attempts_.find(id); found != attempts_.end()) {
    port_.tell(found->second, frame_of(Kind::input, id, bytes));
  }
}

void WorkerPool::terminate(AttemptId id, std::uint32_t grace_ms) {
  if (leave_queue(id)) {
    const Gone nothing;
    listener_.on_frame(id, {Kind::gone, id.trial.value, id.attempt, bytes_of(nothing)});
    return;
  }
  if (const auto found = attempts_.find(id); found != attempts_.end()) {
    port_.tell(found->second, frame_of(Kind::terminate, id, bytes_of(grace_ms)));
    overdue_[id] =
        clock_.now() + microseconds(std::chrono::milliseconds(grace_ms)).count() + kAnswerTime;
  }
}

bool WorkerPool::leave_queue(AttemptId id) {
  const auto is_it = [&](const Waiting& each) { return each.id == id; };
  for (auto& [shape, queue] : queues_) {
    if (std::erase_if(queue.waiting, is_it) > 0) {
      return true;
    }
  }
  return std::erase_if(undecided_, [&](const auto& each) { return is_it(each.attempt); }) > 0;
}

// ---- what workers say

void WorkerPool::on_frame(std::uint64_t number, const Frame& frame) {
  const auto found = workers_.find(number);
  if (found == workers_.end()) {
    return;
  }
  Worker& worker = found->second;
  worker.heard_at = clock_.now();
  if (frame.kind == Kind::alive) {
    if (!std::exchange(worker.alive, true)) {
      queues_[worker.shape].failed_starts = 0;
      dispatch(RayShape(worker.shape));
    }
    return;
  }
  const AttemptId id = id_of(frame);
  if (std::ranges::find(worker.attempts, id) == worker.attempts.end()) {
    return;  // over, or another worker's
  }
  const bool over = ends_attempt(frame);
  const bool stuck =
      frame.kind == Kind::gone && ray_wire::packet_of<Gone>(frame.payload).worker_is_stuck != 0;
  listener_.on_frame(id, frame);
  if (stuck) {
    std::erase(worker.attempts, id);
    attempts_.erase(id);
    overdue_.erase(id);
    retire(number, "another trial of its worker did not return and the worker was ended");
    dispatch(RayShape(worker.shape));
  } else if (over) {
    on_attempt_over(number, id);
  }
}

void WorkerPool::on_attempt_over(std::uint64_t number, AttemptId id) {
  Worker& worker = workers_.at(number);
  std::erase(worker.attempts, id);
  attempts_.erase(id);
  overdue_.erase(id);
  dispatch(RayShape(worker.shape));
}

void WorkerPool::on_closed(std::uint64_t number) {
  const auto found = workers_.find(number);
  if (found != workers_.end()) {
    found->second.leaving = true;
    found->second.ending_at = std::min(found->second.ending_at, clock_.now());
  }
}

// ---- their ends

void WorkerPool::on_ended(std::uint64_t number, const std::string& reason) {
  const auto found = workers_.find(number);
  if (found != workers_.end()) {
    const std::string because = found->second.leaves_because;
    lose(number, because.empty() ? reason : because);
  }
}

// Ends the worker's process. Ray says when it is gone.
void WorkerPool::retire(std::uint64_t number, const std::string& because) {
  Worker& worker = workers_.at(number);
  if (worker.leaves_because.empty()) {
    worker.leaving = true;
    worker.leaves_because = because;
    worker.ending_at = std::min(worker.ending_at, clock_.now());
    starter_.kill_worker(number);
  }
}

void WorkerPool::lose(std::uint64_t number, const std::string& reason) {
  const Worker worker = std::move(workers_.at(number));
  workers_.erase(number);
  port_.forget(number);
  for (const AttemptId id : worker.attempts) {
    attempts_.erase(id);
    overdue_.erase(id);
    listener_.on_worker_lost(id, reason);
  }
  Queue& queue = queues_[worker.shape];
  if (!worker.alive && worker.leaves_because.empty() && !queue.waiting.empty() &&
      ++queue.failed_starts >= kFailedStarts) {
    // Nodes are lost, but not one after the other: so that this can't go on for ever.
    queue.failed_starts = 0;
    const AttemptId id = queue.waiting.front().id;
    queue.waiting.pop_front();
    listener_.on_worker_lost(id, reason);
  }
  dispatch(worker.shape);
}

// Why nothing more is expected of the worker, although Ray has not said so; empty: it is. One that
// has not come up yet may take as long as its resources do.
std::string WorkerPool::given_up(const Worker& worker) const {
  const TimePoint now = clock_.now();
  if (worker.ending_at != kNever && now - worker.ending_at > kFarewell) {
    return worker.leaves_because.empty() ? "its connection ended" : worker.leaves_because;
  }
  return worker.alive && now - worker.heard_at > microseconds(silence_).count()
             ? formatted("it did not answer for {} s", silence_.count())
             : std::string();
}

void WorkerPool::look_around() {
  port_.tidy(clock_.now());
  for (const auto& [id, limit] : overdue_) {
    if (clock_.now() > limit) {
      retire(attempts_.at(id), "it was out of reach");
    }
  }
  std::vector<std::pair<std::uint64_t, std::string>> lost;
  for (const auto& [number, worker] : workers_) {
    if (std::string why = given_up(worker); !why.empty()) {
      lost.emplace_back(number, std::move(why));
    }
  }
  for (const auto& [number, why] : lost) {
    starter_.kill_worker(number);  // it may only be out of reach
    lose(number, why);
  }
  look_at_queues();
}

void WorkerPool::look_at_queues() {
  for (auto& [shape, queue] : queues_) {
    if (queue.waiting.empty()) {
      continue;
    }
    const TimePoint waited = clock_.now() - queue.waiting.front().since;
    if (waited > kRoomTime) {
      make_room(shape);
    }
    if (waited > kNoteTime && !std::exchange(queue.noted, true)) {
      listener_.on_note(waits_in_words(queue.waiting.size(), shape.resources));
    }
  }
}

// Ends idle workers of other shapes, whose resources may be what is missing.
void WorkerPool::make_room(const RayShape& shape) {
  for (const auto& [number, worker] : workers_) {
    if (worker.attempts.empty() && worker.alive && !worker.leaving && worker.shape != shape) {
      retire(number, "it was idle and others needed its resources");
    }
  }
}

}  // namespace luthier
