#include "library_trial.h"

#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <vector>

#include <dlfcn.h>

#include "luthier/trainable_entry.h"
#include "order.h"
#include "worker.h"

namespace luthier::ray_driver {
namespace {

constexpr int kFailed = 1 << 8;  // the wait status of exit(1)
constexpr int kKilled = 9;

template <class Packet>
std::string bytes_of(const Packet& packet) {
  return {reinterpret_cast<const char*>(&packet), sizeof packet};
}

}  // namespace

LibraryTrial::LibraryTrial(Worker& worker,
                           std::int64_t trial,
                           std::int64_t attempt,
                           std::string order)
    : worker_(worker), trial_(trial), attempt_(attempt), order_(std::move(order)) {
  thread_ = std::thread([this] { run(); });
}

LibraryTrial::~LibraryTrial() {
  thread_.join();
  if (timer_.joinable()) {
    timer_.join();
  }
}

bool LibraryTrial::over() const {
  return over_;
}

void LibraryTrial::say(ray_wire::Kind kind, const std::string& payload) {
  std::string frame;
  ray_wire::append(frame, kind, trial_, attempt_, payload.data(), payload.size());
  worker_.say(frame);
}

void LibraryTrial::run() {
  say(ray_wire::Kind::spawned, bytes_of(ray_wire::Spawned()) + place_as_json());
  std::string message;
  const int status = call_library(message);
  if (!message.empty()) {
    say(ray_wire::Kind::error, message + "\n");
  }
  ray_wire::Gone gone;
  gone.wait_status = status;
  end(gone);
}

int LibraryTrial::call_library(std::string& message) {
  const std::string directory = text_in_order(order_, "directory");
  if (chdir(directory.c_str()) != 0) {
    message = "the working directory '" + directory + "' is not on this node";
    return kFailed;
  }
  const std::string path = text_in_order(order_, "target");
  void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    message = std::string("the library can't be loaded: ") + dlerror();
    return kFailed;
  }
  auto* entry = reinterpret_cast<LuthierTrainable*>(dlsym(library, "luthier_trainable"));
  if (entry == nullptr) {
    message = path + " has no symbol luthier_trainable; define it with LUTHIER_TRAINABLE";
    return kFailed;
  }
  LuthierTrialHost host{};
  host.version = 1;
  host.host = this;
  host.tell = [](void* self, const char* line) {
    return static_cast<LibraryTrial*>(self)->tell(line);
  };
  host.stop_requested = [](void* self) {
    auto* trial = static_cast<LibraryTrial*>(self);
    const std::lock_guard<std::mutex> lock(trial->mutex_);
    return trial->stopping_ ? 1 : 0;
  };
  std::vector<char> sentence(4096, '\0');
  if (entry(order_.c_str(), &host, sentence.data(), sentence.size()) == 0) {
    return 0;
  }
  message = sentence.data();
  return kFailed;
}

const char* LibraryTrial::tell(const char* line) {
  say(ray_wire::Kind::report, std::string(line) + "\n");
  std::unique_lock<std::mutex> lock(mutex_);
  changed_.wait(lock, [this] { return !answers_.empty() || stopping_ || ended_; });
  if (!answers_.empty()) {
    answer_ = answers_.front();
    answers_.pop_front();
  } else if (ended_) {
    return nullptr;
  } else {
    answer_ = "{\"decision\": \"stop\"}";
  }
  return answer_.c_str();
}

void LibraryTrial::end(const ray_wire::Gone& gone) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (ended_) {
      return;
    }
    ended_ = true;
    changed_.notify_all();
  }
  say(ray_wire::Kind::gone, bytes_of(gone));
  over_ = true;
}

void LibraryTrial::input(const std::string& bytes) {
  const std::lock_guard<std::mutex> lock(mutex_);
  incoming_ += bytes;
  std::size_t end = 0;
  while ((end = incoming_.find('\n')) != std::string::npos) {
    answers_.push_back(incoming_.substr(0, end));
    incoming_.erase(0, end + 1);
  }
  changed_.notify_all();
}

void LibraryTrial::terminate(std::uint32_t grace_ms) {
  const std::lock_guard<std::mutex> lock(mutex_);
  stopping_ = true;
  changed_.notify_all();
  if (!timer_.joinable()) {
    timer_ = std::thread([this, grace_ms] { overdue(grace_ms); });
  }
}

// A thread can't be killed: when it overstays, its worker has to go.
void LibraryTrial::overdue(std::uint32_t grace_ms) {
  {
    std::unique_lock<std::mutex> lock(mutex_);
    if (changed_.wait_for(lock, std::chrono::milliseconds(grace_ms), [this] { return ended_; })) {
      return;
    }
  }
  ray_wire::Gone gone;
  gone.wait_status = kKilled;
  gone.killed = 1;
  gone.worker_is_stuck = 1;
  end(gone);
}

}  // namespace luthier::ray_driver
