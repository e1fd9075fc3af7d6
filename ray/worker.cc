#include "worker.h"

#include <chrono>
#include <cstring>

#include <ray/api.h>

#include "executors/ray_wire.h"
#include "library_trial.h"

namespace luthier::ray_driver {
namespace {

using ray_wire::Frame;
using ray_wire::Kind;

constexpr auto kPatience = std::chrono::seconds(5);  // then it says that it is there

}  // namespace

Worker* Worker::create() {
  auto* worker = new Worker();  // Ray owns it
  ray_wire::append(worker->outgoing_, Kind::alive, -1, 0, "", 0);
  return worker;
}

std::string Worker::exchange(std::vector<char> frames) {
  std::unique_lock<std::mutex> lock(mutex_);
  std::uint64_t mine = 0;
  std::memcpy(&mine, frames.data(), sizeof mine);
  changed_.wait(lock, [&] { return newest_ == mine - 1; });
  newest_ = mine;
  obey(std::string(frames.begin() + sizeof mine, frames.end()));
  changed_.notify_all();
  changed_.wait_for(lock, kPatience, [&] { return newest_ != mine || !outgoing_.empty(); });
  std::string said(reinterpret_cast<const char*>(&mine), sizeof mine);
  if (newest_ == mine) {
    said += outgoing_;
    outgoing_.clear();
  }
  return said;
}

void Worker::say(const std::string& frames) {
  const std::lock_guard<std::mutex> lock(mutex_);
  outgoing_ += frames;
  changed_.notify_all();
}

void Worker::obey(const std::string& frames) {
  std::size_t position = 0;
  Frame frame;
  while (ray_wire::take(frames, position, frame)) {
    const Key key{frame.trial, frame.attempt};
    if (frame.kind == Kind::start) {
      for (auto each = trials_.begin(); each != trials_.end();) {
        each = each->second->over() && each->first != key ? trials_.erase(each) : std::next(each);
      }
      trials_[key] =
          std::make_shared<LibraryTrial>(*this, frame.trial, frame.attempt, frame.payload);
      continue;
    }
    const auto found = trials_.find(key);
    if (found == trials_.end()) {
      continue;
    }
    if (frame.kind == Kind::input) {
      found->second->input(frame.payload);
    } else if (frame.kind == Kind::terminate) {
      std::uint32_t grace_ms = 0;
      std::memcpy(&grace_ms, frame.payload.data(), sizeof grace_ms);
      found->second->terminate(grace_ms);
    }
  }
}

}  // namespace luthier::ray_driver

using luthier::ray_driver::Worker;
RAY_REMOTE(Worker::create, &Worker::exchange);
