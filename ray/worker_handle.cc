#include "worker_handle.h"

#include <chrono>
#include <cstring>
#include <utility>
#include <vector>

#include "executors/ray/ray_wire.h"

namespace luthier::ray_driver {
namespace {

constexpr int kPlacingSeconds = 1;
constexpr int kLookMs = 1000;                        // how often a worker that serves is looked at
constexpr auto kFarewell = std::chrono::seconds(5);  // for Ray to say why a worker ended

// Ray's reasons come with serialised bytes around them: what matters is the longest readable part.
std::string readable_part(const std::string& text) {
  std::string longest;
  std::string current;
  for (const char each : text) {
    const bool readable = each >= ' ' && each <= '~';
    current = readable ? current + each : std::string();
    longest = current.size() > longest.size() ? current : longest;
  }
  return longest.size() < 8 ? "Ray gave no reason" : longest;
}

std::string reason_of(const std::exception& error) {
  const auto* of_ray = dynamic_cast<const ray::internal::RayException*>(&error);
  return readable_part(of_ray != nullptr ? of_ray->msg_ : error.what());
}

std::string in_hexadecimal(const std::string& bytes) {
  std::string out;
  for (const char each : bytes) {
    const auto byte = static_cast<unsigned char>(each);
    out += "0123456789abcdef"[byte >> 4];
    out += "0123456789abcdef"[byte & 15];
  }
  return out;
}

ray::PlacementStrategy strategy_of(const std::string& name) {
  return name == "SPREAD"          ? ray::PlacementStrategy::SPREAD
         : name == "STRICT_PACK"   ? ray::PlacementStrategy::STRICT_PACK
         : name == "STRICT_SPREAD" ? ray::PlacementStrategy::STRICT_SPREAD
                                   : ray::PlacementStrategy::PACK;
}

}  // namespace

WorkerHandle::WorkerHandle(Shape shape,
                           std::chrono::seconds silence,
                           WorkerPort& port,
                           Listener listener)
    : shape_(std::move(shape)),
      silence_(silence),
      port_(port),
      listener_(std::move(listener)),
      number_(port.expect({[this](const std::string& frames) {
                             {
                               const std::lock_guard<std::mutex> lock(mutex_);
                               alive_ = true;
                               heard_at_ = Clock::now();
                             }
                             listener_.said(frames);
                           },
                           [this] {
                             const std::lock_guard<std::mutex> lock(mutex_);
                             ending_at_ = retired_ ? ending_at_ : Clock::now();
                             closed_ = true;
                           }})) {
  thread_ = std::thread([this] { run(); });
}

WorkerHandle::~WorkerHandle() {
  thread_.join();
}

void WorkerHandle::retire(const std::string& reason) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (retired_) {
    return;
  }
  retired_ = true;
  retired_because_ = reason;
  ending_at_ = Clock::now();
  if (created_) {
    kill();
  }
}

void WorkerHandle::kill() {
  try {
    shape_.python ? python_.Kill() : cpp_.Kill();
  } catch (const std::exception&) {
    // It is gone already, which is what was wanted.
  }
}

ray::ObjectRef<std::string> WorkerHandle::serve() {
  const std::string where = port_.place(number_);
  if (shape_.python) {
    return python_.Task(ray::PyActorMethod<std::string>{"serve"}).Remote(where);
  }
  return cpp_.Task(&Worker::serve).Remote(where, in_hexadecimal(group_.GetID()));
}

void WorkerHandle::place() {
  ray::PlacementGroupCreationOptions options;
  options.bundles = shape_.bundles;
  options.bundles.insert(options.bundles.begin(), shape_.resources);
  options.strategy = strategy_of(shape_.strategy);
  group_ = ray::CreatePlacementGroup(options);
  while (!group_.Wait(kPlacingSeconds)) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (retired_) {
      return;
    }
  }
}

void WorkerHandle::create() {
  if (!shape_.strategy.empty()) {
    place();
  }
  const auto dressed = [&](auto creator) {
    creator.SetResources(shape_.resources);
    if (!group_.Empty()) {
      creator.SetPlacementGroup(group_, 0);
    }
    return creator;
  };
  if (shape_.python) {
    python_ = dressed(ray::Actor(ray::PyActorClass{"luthier._worker", "Worker"})).Remote();
  } else {
    cpp_ = dressed(ray::Actor(Worker::create)).Remote();
  }
}

// Why nothing more is expected of the worker, although Ray has not said so; empty: it is. One that
// has not come up yet may take as long as its resources do.
std::string WorkerHandle::given_up() {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto now = Clock::now();
  if ((retired_ || closed_) && now - ending_at_ > kFarewell) {
    return "its connection ended";
  }
  return alive_ && now - heard_at_ > silence_
             ? "it did not answer for " + std::to_string(silence_.count()) + " s"
             : std::string();
}

// Waits for the worker's end; returns why it came.
std::string WorkerHandle::end_of(const ray::ObjectRef<std::string>& serving) {
  while (true) {
    try {
      // Get() returns some of Ray's errors as if they were the answer.
      return readable_part(*serving.Get(kLookMs));
    } catch (const ray::internal::RayTimeoutException&) {
      if (const std::string why = given_up(); !why.empty()) {
        return why;
      }
    }
  }
}

void WorkerHandle::run() {
  std::string reason;
  try {
    create();
    bool unwanted = false;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      created_ = true;
      unwanted = retired_;
    }
    if (unwanted) {
      kill();
    } else {
      reason = end_of(serve());
    }
  } catch (const std::exception& error) {
    reason = reason_of(error);
  }
  port_.forget(number_);
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    reason = retired_ ? retired_because_ : reason;
    if (created_ && !retired_) {
      kill();  // it may only be out of reach
    }
    retired_ = true;
  }
  if (!group_.Empty()) {
    try {
      ray::RemovePlacementGroup(group_.GetID());
    } catch (const std::exception&) {
      // The cluster is going away, and the group with it.
    }
  }
  listener_.gone(reason);
}

}  // namespace luthier::ray_driver
