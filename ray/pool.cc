#include "pool.h"

#include <algorithm>
#include <cstring>

namespace luthier::ray_driver {
namespace {

using ray_wire::Frame;
using ray_wire::Kind;

constexpr auto kRoomTime = std::chrono::milliseconds(500);  // then idle workers make room
constexpr auto kAnswerTime = std::chrono::seconds(5);  // of a worker beyond the grace of a trial
constexpr auto kNoteTime = std::chrono::seconds(10);        // then a person is told

std::string waits_in_words(std::size_t workers, const std::string& wanted) {
  return (workers == 1 ? "a trial waits for a worker" : "trials wait for " + std::to_string(workers) + " workers") +
         std::string(" with ") + wanted +
         (workers == 1 ? "" : " each") +
         "; the cluster is busy or starting them (`ray status` shows which)";
}

}  // namespace

// The nodes may have changed since they were last asked for: a refusal rests on a fresh answer.
bool Pool::feasible(const Shape& shape, Key key) {
  if (why_infeasible(shape, nodes_).empty()) {
    return true;
  }
  nodes_ = parse_nodes(describe_());
  const std::string why = why_infeasible(shape, nodes_);
  if (!why.empty()) {
    channel_.send(Kind::refused, key.first, key.second, why);
  }
  return why.empty();
}

Pool::Member& Pool::member_for(const Shape& shape) {
  for (Member& member : members_) {
    if (!member.leaving && !member.gone && member.attempts.size() < shape.slots &&
        member.shape.text == shape.text) {
      return member;
    }
  }
  Member& member = members_.emplace_back();
  member.shape = shape;
  member.handle = std::make_unique<WorkerHandle>(
      shape,
      WorkerHandle::Listener{
          [this, &member](const std::string& frames) { on_said(member, frames); },
          [this, &member](const std::string& reason) { on_gone(member, reason); }});
  return member;
}

void Pool::start(const Frame& frame) {
  std::uint32_t size = 0;
  std::memcpy(&size, frame.payload.data(), sizeof size);
  const Shape shape = parse_shape(frame.payload.substr(sizeof size, size));
  const Key key{frame.trial, frame.attempt};
  if (!feasible(shape, key)) {
    return;
  }
  Frame passed{Kind::start, frame.trial, frame.attempt, frame.payload.substr(sizeof size + size)};
  std::string bytes;
  append(bytes, passed);
  const std::lock_guard<std::mutex> lock(mutex_);
  Member& member = member_for(shape);
  member.attempts.push_back(key);
  attempts_[key] = &member;
  member.handle->tell(bytes);
}

void Pool::pass_on(const Frame& frame) {
  std::string bytes;
  append(bytes, frame);
  const std::lock_guard<std::mutex> lock(mutex_);
  const Key key{frame.trial, frame.attempt};
  const auto found = attempts_.find(key);
  if (found == attempts_.end()) {
    return;
  }
  Member& member = *found->second;
  if (frame.kind == Kind::terminate && !member.handle->alive()) {
    // Nothing runs yet, and the worker may never come: the attempt ends here.
    ray_wire::Gone nothing;
    std::string gone;
    append(gone, Kind::gone, frame.trial, frame.attempt, reinterpret_cast<char*>(&nothing), sizeof nothing);
    channel_.send(gone);
    forget(member, key);
    member.leaving = true;
    member.handle->retire("it was not needed any more");
    return;
  }
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
  // Passed on first: an attempt that has ended here may be started again at once.
  std::vector<Key> ended;
  bool stuck = false;
  std::size_t position = 0;
  Frame frame;
  while (ray_wire::take(frames, position, frame)) {
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
    }
  }
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    for (const Key& key : ended) {
      forget(member, key);
    }
    if (stuck) {
      member.leaving = true;
    }
  }
  channel_.send(frames);
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
  }
  if (!frames.empty()) {
    channel_.send(frames);
  }
}

// Ends idle workers of other shapes, whose resources may be what is missing.
void Pool::make_room(const Member& waiting) {
  for (Member& member : members_) {
    if (member.attempts.empty() && !member.leaving && !member.gone &&
        member.shape.text != waiting.shape.text) {
      member.leaving = true;
      member.handle->retire("it was idle and others needed its resources");
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
    std::map<std::string, std::vector<Member*>> waiting;  // by the resources in words
    for (Member& member : members_) {
      if (member.gone || member.leaving || member.attempts.empty() || member.handle->alive()) {
        continue;
      }
      const auto waited = Clock::now() - member.since;
      if (waited > kRoomTime) {
        make_room(member);
      }
      if (waited > kNoteTime && !member.noted) {
        member.noted = true;
        waiting[in_words(member.shape.resources)].push_back(&member);
      }
    }
    for (const auto& [wanted, members] : waiting) {
      const std::string sentence = waits_in_words(members.size(), wanted);
      append(notes, Kind::note, -1, 0, sentence.data(), sentence.size());
    }
  }
  if (!notes.empty()) {
    channel_.send(notes);
  }
  finished.clear();  // joins their threads, which are past their last word
}

}  // namespace luthier::ray_driver
