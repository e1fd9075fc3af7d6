#include "worker_handle.h"

#include <chrono>
#include <cstring>
#include <utility>
#include <vector>

#include "executors/ray_wire.h"

namespace luthier::ray_driver {
namespace {

// How long the next call waits for the answers to what was just said, so that it can carry them.
constexpr auto kAnswerTime = std::chrono::milliseconds(5);
constexpr std::size_t kMostCalls = 2;
// Of a worker: the call that waits, the one that replaces it, and one to spare.
constexpr int kConcurrency = 4;
constexpr int kPlacingSeconds = 1;
constexpr int kLookMs = 1000;                        // how often a call that waits is looked at
constexpr auto kFarewell = std::chrono::seconds(5);  // of a worker that was told to end

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

bool holds_report(const std::string& frames) {
  std::size_t position = 0;
  ray_wire::Frame frame;
  while (ray_wire::take(frames, position, frame)) {
    if (frame.kind == ray_wire::Kind::report) {
      return true;
    }
  }
  return false;
}

ray::PlacementStrategy strategy_of(const std::string& name) {
  return name == "SPREAD"          ? ray::PlacementStrategy::SPREAD
         : name == "STRICT_PACK"   ? ray::PlacementStrategy::STRICT_PACK
         : name == "STRICT_SPREAD" ? ray::PlacementStrategy::STRICT_SPREAD
                                   : ray::PlacementStrategy::PACK;
}

}  // namespace

WorkerHandle::WorkerHandle(Shape shape, std::chrono::seconds silence, Listener listener)
    : shape_(std::move(shape)), silence_(silence), listener_(std::move(listener)) {
  thread_ = std::thread([this] { run(); });
}

WorkerHandle::~WorkerHandle() {
  thread_.join();
}

void WorkerHandle::tell(const std::string& frames) {
  const std::lock_guard<std::mutex> lock(mutex_);
  pending_ += frames;
  submit_pending();
  changed_.notify_all();
}

void WorkerHandle::retire(const std::string& reason) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (retired_) {
    return;
  }
  retired_ = true;
  retired_because_ = reason;
  retired_at_ = Clock::now();
  changed_.notify_all();
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

bool WorkerHandle::alive() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return alive_;
}

ray::ObjectRef<std::string> WorkerHandle::exchange(std::uint64_t number,
                                                   const std::string& frames) {
  std::vector<char> bytes(sizeof number + frames.size());
  std::memcpy(bytes.data(), &number, sizeof number);
  std::memcpy(bytes.data() + sizeof number, frames.data(), frames.size());
  if (shape_.python) {
    return python_.Task(ray::PyActorMethod<std::string>{"exchange"}).Remote(bytes);
  }
  return cpp_.Task(&Worker::exchange).Remote(bytes);
}

// Moving an ObjectRef lets its count touch zero, after which its result may never arrive: a
// constant is copied.
void WorkerHandle::submit() {
  const std::uint64_t number = ++submitted_;
  const Call call{number, exchange(number, pending_)};
  calls_.push_back(call);
  pending_.clear();
}

void WorkerHandle::submit_pending() {
  if (created_ && !retired_ && !pending_.empty() && calls_.size() < kMostCalls) {
    submit();
  }
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
    creator.SetResources(shape_.resources).SetMaxConcurrency(kConcurrency);
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

// The oldest outstanding call. When there is none, one that carries the answers to come, or
// nothing.
WorkerHandle::Call WorkerHandle::next_call() {
  std::unique_lock<std::mutex> lock(mutex_);
  if (calls_.empty() && expects_answers_) {
    changed_.wait_for(lock, kAnswerTime, [&] { return !calls_.empty() || retired_; });
  }
  expects_answers_ = false;
  if (calls_.empty()) {
    submit();
  }
  return calls_.front();
}

// Whether nothing more is expected of the worker, although Ray has not said so. One that has not
// come up yet may take as long as its resources do.
bool WorkerHandle::given_up(const Call& call) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto now = Clock::now();
  if (retired_) {
    return now - retired_at_ > kFarewell;
  }
  return alive_ && now - call.since > silence_;
}

std::string WorkerHandle::answer_to(const Call& call) {
  while (true) {
    try {
      const std::string answer = *call.answer.Get(kLookMs);
      if (answer.size() < sizeof call.number ||
          std::memcmp(answer.data(), &call.number, sizeof call.number) != 0) {
        throw std::runtime_error(readable_part(answer));
      }
      return answer.substr(sizeof call.number);
    } catch (const ray::internal::RayTimeoutException&) {
      if (given_up(call)) {
        throw std::runtime_error("it did not answer for " + std::to_string(silence_.count()) +
                                 " s");
      }
    }
  }
}

void WorkerHandle::run() {
  std::string reason;
  try {
    create();
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      created_ = true;
    }
    while (true) {
      const Call call = next_call();
      const std::string frames = answer_to(call);
      {
        const std::lock_guard<std::mutex> lock(mutex_);
        calls_.pop_front();
        alive_ = true;
        expects_answers_ = holds_report(frames);
        submit_pending();
        if (retired_) {
          break;
        }
      }
      if (!frames.empty()) {
        listener_.said(frames);
      }
    }
  } catch (const std::exception& error) {
    reason = reason_of(error);
  }
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    calls_.clear();
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
