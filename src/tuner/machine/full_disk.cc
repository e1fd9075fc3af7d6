#include "tuner/machine/full_disk.h"

#include <chrono>
#include <memory>
#include <thread>
#include <utility>

namespace luthier {
namespace {

constexpr std::chrono::milliseconds kPause{50};
constexpr int kPauses = 4;  // between two tries

class Patience {
 public:
  Patience(const std::atomic<int>& interrupts, std::function<void(const std::string&)> say)
      : interrupts_(interrupts), say_(std::move(say)) {}

  bool wait(const Error* full) {
    if (full == nullptr) {
      say_("there is room on the disk again; the experiment continues");
      waiting_ = false;
      return true;
    }
    if (!std::exchange(waiting_, true)) {
      seen_ = interrupts_;
      say_(
          "the disk is full; the experiment waits and continues by itself once there is room "
          "(Ctrl-C ends it): " +
          full->message);
    }
    for (int i = 0; i < kPauses && interrupts_ == seen_; ++i) {
      std::this_thread::sleep_for(kPause);
    }
    return interrupts_ == seen_;
  }

 private:
  const std::atomic<int>& interrupts_;
  const std::function<void(const std::string&)> say_;
  bool waiting_ = false;
  int seen_ = 0;
};

}  // namespace

std::function<bool(const Error*)> patience_with_a_full_disk(
    const std::atomic<int>& interrupts, std::function<void(const std::string&)> say) {
  return [patience = std::make_shared<Patience>(interrupts, std::move(say))](const Error* full) {
    return patience->wait(full);
  };
}

}  // namespace luthier
