#include "executors/threads/thread_pool.h"

#include <algorithm>
#include <iterator>
#include <system_error>

#include "base/failure.h"

namespace luthier {

Result<> ThreadPool::submit(std::shared_ptr<ThreadAttempt> attempt) {
  std::unique_lock lock(mutex_);
  queue_.push_back(std::move(attempt));
  const bool may_grow = slots_ == 0 || static_cast<std::int64_t>(workers_.size()) < slots_;
  if (queue_.size() > idle_ && may_grow) {
    if (auto added = add_worker(); !added && workers_.empty()) {
      queue_.pop_back();
      return added;
    }
    return {};
  }
  lock.unlock();
  work_.notify_one();
  return {};
}

Result<> ThreadPool::add_worker() {
  workers_.emplace_back();
  Worker& worker = workers_.back();
  try {
    // The thread keeps the pool alive: it may outlive the executor.
    worker.thread = std::thread([pool = shared_from_this(), &worker] { pool->work(worker); });
  } catch (const std::system_error& error) {
    workers_.pop_back();
    return failure(ErrorCode::io,
                   "no thread could be started: {}; lower --jobs or raise the limit on processes "
                   "(ulimit -u)",
                   error.what());
  }
  return {};
}

void ThreadPool::work(Worker& self) {
  std::unique_lock lock(mutex_);
  while (true) {
    ++idle_;
    work_.wait(lock, [&] { return closing_ || !queue_.empty(); });
    --idle_;
    if (closing_) {
      break;
    }
    const auto attempt = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    attempt->run(train_);
    if (attempt->abandoned()) {
      --abandoned;
    }
    lock.lock();
  }
  self.exited = true;
  exit_.notify_one();
}

void ThreadPool::close(std::chrono::microseconds patience) {
  std::list<Worker> done;
  {
    std::unique_lock lock(mutex_);
    closing_ = true;
    queue_.clear();
    work_.notify_all();
    const auto all_exited = [&] {
      return std::ranges::all_of(workers_, [](const Worker& worker) { return worker.exited; });
    };
    exit_.wait_for(lock, patience, all_exited);
    for (auto worker = workers_.begin(); worker != workers_.end();) {
      const auto next = std::next(worker);
      if (worker->exited) {
        done.splice(done.end(), workers_, worker);
      } else {
        worker->thread.detach();
      }
      worker = next;
    }
  }
  for (auto& worker : done) {
    worker.thread.join();
  }
}

}  // namespace luthier
