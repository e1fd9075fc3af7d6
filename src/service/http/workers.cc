#include "service/http/workers.h"

#include <utility>

#include "base/new_thread.h"
#include "base/try.h"

namespace luthier {

Result<> Workers::start(int threads) {
  for (int i = 0; i < threads; ++i) {
    LUTHIER_TAKE(auto thread, new_thread("the service", [this] { work(); }));
    threads_.push_back(std::move(thread));
  }
  return {};
}

Workers::~Workers() {
  {
    const std::scoped_lock lock(mutex_);
    over_ = true;
    jobs_.clear();
  }
  more_.notify_all();
  for (std::thread& thread : threads_) {
    thread.join();
  }
}

void Workers::add(std::function<void()> job) {
  {
    const std::scoped_lock lock(mutex_);
    jobs_.push_back(std::move(job));
  }
  more_.notify_one();
}

void Workers::work() {
  while (true) {
    std::unique_lock lock(mutex_);
    more_.wait(lock, [this] { return over_ || !jobs_.empty(); });
    if (over_) {
      return;
    }
    const auto job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    job();
  }
}

}  // namespace luthier
