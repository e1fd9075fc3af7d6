#include "pool.h"

#include <algorithm>
#include <cstring>

namespace luthier::ray_driver {
namespace {

using ray_wire::Frame;
using ray_wire::Kind;

constexpr auto kRoomTime = std::chrono::milliseconds(500);  // then idle workers make room
constexpr auto kAnswerTime = std::chrono::seconds(5);  // of a worker beyond the grace of a trial
constexpr auto kNoteTime = std::chrono::seconds(10);   // then a person is told
constexpr int kFailedStarts = 3;  // of workers in a row: then an attempt pays for it

std::string waits_in_words(std::size_t trials, const std::string& wanted) {
  return (trials == 1 ? "a trial waits for a worker with "
                      : std::to_string(trials) + " trials wait for workers with ") +
         wanted + "; the cluster is busy or starting them (`ray status` shows which)";
}

}  // namespace

// The nodes may have changed since they were last asked for: a refusal rests on a fresh answer.
bool Pool::feasible(const Shape& shape, Key key) {
  if (why_infeasible(shape, nodes_).empty()) {
    return true;
  }
  try {
    nodes_ = parse_nodes(describe_());
  } catch (const std::exception&) {
    return true;  // nothing is known; a person is told that it waits
  }
  const std::string why = why_infeasible(shape, nodes_);
  if (!why.empty()) {
    channel_.send(Kind::refused, key.first, key.second, why);
  }
  return why.empty();
}

void Pool::add_member(const Shape& shape) {
  Member& member = members_.emplace_back();
  member.shape = shape;
  member.handle = std::make_unique<WorkerHandle>(
      shape,
      silence_,
      port_,
      WorkerHandle::Listener{
          [this, &member](const std::string& frames) { on_said(member, frames); },
          [this, &member](const std::string& reason) { on_gone(member, reason); }});
}

// Gives what waits to the free workers, and starts as many as are missing. With mutex_ held.
void Pool::dispatch(Queue& queue) {
  std::size_t coming = 0;  // room in workers that are starting
  for (Member& member : members_) {
    if (member.leaving || member.gone || member.shape.text != queue.shape.text) {
      continue;
    }
    coming += member.alive ? 0 : queue.shape.slots;
    while (member.alive && member.attempts.size() < queue.shape.slots && !queue.waiting.empty()) {
      const Waiting next = queue.waiting.front();
      queue.waiting.pop_front();
      member.attempts.push_back(next.key);
      attempts_[next.key] = &member;
      member.handle->tell(next.start);
    }
  }
  for (; coming < queue.waiting.size(); coming += queue.shape.slots) {
    add_member(queue.shape);
  }
  queue.noted = queue.noted && !queue.waiting.empty();
}

bool Pool::leave_queue(Key key) {
  for (auto& [text, queue] : queues_) {
    const auto found = std::find_if(queue.waiting.begin(),
                                    queue.waiting.end(),
                                    [&](const Waiting& each) { return each.key == key; });
    if (found != queue.waiting.end()) {
      queue.waiting.erase(found);
      return true;
    }
  }
  return false;
}

void Pool::start(const Frame& frame) {
  std::uint32_t size = 0;
  std::memcpy(&size, frame.payload.data(), sizeof size);
  const Shape shape = parse_shape(frame.payload.substr(sizeof size, size));
  const Key key{frame.trial, frame.attempt};
  if (!feasible(shape, key)) {
    return;
  }
  const Frame passed{
      Kind::start, frame.trial, frame.attempt, frame.payload.substr(sizeof size + size)};
  std::string bytes;
  append(bytes, passed);
  const std::lock_guard<std::mutex> lock(mutex_);
  Queue& queue = queues_[shape.text];
  queue.shape = shape;
  queue.waiting.push_back({key, bytes});
  dispatch(queue);
}

void Pool::pass_on(const Frame& frame) {
  std::string bytes;
  append(bytes, frame);
  const std::lock_guard<std::mutex> lock(mutex_);
  const Key key{frame.trial, frame.attempt};
  if (frame.kind == Kind::terminate && leave_queue(key)) {
    const ray_wire::Gone nothing;
    std::string gone;
    append(gone,
           Kind::gone,
           frame.trial,
           frame.attempt,
           reinterpret_cast<const char*>(&nothing),
           sizeof nothing);
    channel_.send(gone);
    return;
  }
  const auto found = attempts_.find(key);
  if (found == attempts_.end()) {
    return;
  }
  Member& member = *found->second;
  member.handle->tell(bytes);
  if (frame.kind == Kind::terminate) {
    std::uint32_t grace_ms = 0;
    std::memcpy(&grace_ms, frame.payload.data(), std::min(sizeof grace_ms, frame.payload.size()));
    overdue_[key] = Clock::now() + std::chrono::milliseconds(grace_ms) + kAnswerTime;
  }
}

void Pool::forget(Member& member, Key key) {
  overdue_.erase(key);
  attempts_.erase(key);
  member.attempts.erase(std::remove(member.attempts.begin(), member.attempts.end(), key),
                        member.attempts.end());
}

void Pool::on_said(Member& member, const std::string& frames) {
  std::vector<Key> ended;
  bool stuck = false;
  bool alive = false;
  bool speaks = false;  // of a trial
  std::size_t position = 0;
  Frame frame;
  while (ray_wire::take(frames, position, frame)) {
    speaks = speaks || frame.kind != Kind::alive;
    if (frame.kind == Kind::gone) {
      ended.emplace_back(frame.trial, frame.attempt);
      ray_wire::Gone gone;
      std::memcpy(&gone, frame.payload.data(), std::min(sizeof gone, frame.payload.size()));
      stuck = stuck || gone.worker_is_stuck != 0;
    } else if (frame.kind == Kind::spawned) {
      ray_wire::Spawned spawned;
      std::memcpy(&spawned, frame.payload.data(), std::min(sizeof spawned, frame.payload.size()));
      if (spawned.failed_errno != 0) {
        ended.emplace_back(frame.trial, frame.attempt);
      }
    } else if (frame.kind == Kind::alive) {
      alive = true;
    }
  }
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    for (const Key& key : ended) {
      forget(member, key);
    }
    member.leaving = member.leaving || stuck;
  }
  if (speaks) {
    channel_.send(frames);
  }
  if (alive || !ended.empty()) {
    const std::lock_guard<std::mutex> lock(mutex_);
    member.alive = member.alive || alive;
    Queue& queue = queues_[member.shape.text];
    queue.failed_starts = alive ? 0 : queue.failed_starts;
    dispatch(queue);
  }
  if (stuck) {
    member.handle->retire("another trial of its worker did not return and the worker was ended");
  }
}

void Pool::on_gone(Member& member, const std::string& reason) {
  std::string frames;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    for (const Key& key : member.attempts) {
      attempts_.erase(key);
      overdue_.erase(key);
      append(frames, Kind::lost, key.first, key.second, reason.data(), reason.size());
    }
    member.attempts.clear();
    member.gone = true;
    Queue& queue = queues_[member.shape.text];
    if (!member.alive && !member.leaving && !queue.waiting.empty() &&
        ++queue.failed_starts >= kFailedStarts) {
      // Nodes are lost, but not one after the other: so that this can't go on for ever.
      queue.failed_starts = 0;
      const Key key = queue.waiting.front().key;
      queue.waiting.pop_front();
      append(frames, Kind::lost, key.first, key.second, reason.data(), reason.size());
    }
    dispatch(queue);
  }
  if (!frames.empty()) {
    channel_.send(frames);
  }
}

// Ends idle workers of other shapes, whose resources may be what is missing.
void Pool::make_room(const Queue& queue) {
  for (Member& member : members_) {
    if (member.attempts.empty() && member.alive && !member.leaving && !member.gone &&
        member.shape.text != queue.shape.text) {
      member.leaving = true;
      member.handle->retire("it was idle and others needed its resources");
    }
  }
}

// With mutex_ held.
void Pool::note_waiting(std::string& notes) {
  for (auto& [text, queue] : queues_) {
    if (queue.waiting.empty()) {
      continue;
    }
    const auto waited = Clock::now() - queue.waiting.front().since;
    if (waited > kRoomTime) {
      make_room(queue);
    }
    if (waited > kNoteTime && !queue.noted) {
      queue.noted = true;
      const std::string sentence =
          waits_in_words(queue.waiting.size(), in_words(queue.shape.resources));
      append(notes, Kind::note, -1, 0, sentence.data(), sentence.size());
    }
  }
}

void Pool::look_around() {
  std::list<Member> finished;
  std::string notes;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    for (auto each = members_.begin(); each != members_.end();) {
      const auto next = std::next(each);
      if (each->gone) {
        finished.splice(finished.end(), members_, each);
      }
      each = next;
    }
    for (const auto& [key, limit] : overdue_) {
      Member& member = *attempts_.at(key);
      if (Clock::now() > limit && !member.leaving) {
        member.leaving = true;
        member.handle->retire("it was out of reach");
      }
    }
    note_waiting(notes);
  }
  if (!notes.empty()) {
    channel_.send(notes);
  }
  finished.clear();  // joins their threads, which are past their last word
}

}  // namespace luthier::ray_driver
