// ThreadPool: reused threads that run attempts. It outlives its executor for as long as a thread
// runs that nobody can stop.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <list>
#include <memory>
#include <mutex>
#include <thread>

#include "executors/threads/thread_attempt.h"

namespace luthier {

class ThreadPool : public std::enable_shared_from_this<ThreadPool> {
 public:
  ThreadPool(TrainFunction train, std::int64_t slots) : train_(std::move(train)), slots_(slots) {}

  Inbox& inbox() { return inbox_; }
  // Runs the attempt when a slot is free. An error when the system gives no thread at all.
  Result<> submit(std::shared_ptr<ThreadAttempt> attempt);
  // Forgets what was not started, waits for the threads up to `patience`, lets go of the rest.
  void close(std::chrono::microseconds patience);

  std::atomic<std::int64_t> abandoned = 0;  // threads whose attempt is over

 private:
  struct Worker {
    std::thread thread;
    bool exited = false;
  };

  void work(Worker& self);
  Result<> add_worker();

  Inbox inbox_;
  const TrainFunction train_;
  const std::int64_t slots_;

  std::mutex mutex_;  // guards what follows
  std::condition_variable work_;
  std::condition_variable exit_;
  std::deque<std::shared_ptr<ThreadAttempt>> queue_;
  std::list<Worker> workers_;
  std::size_t idle_ = 0;
  bool closing_ = false;
};

}  // namespace luthier
