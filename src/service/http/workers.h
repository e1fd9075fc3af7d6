// Workers: a few threads that do jobs in the order they come.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "luthier/error.h"

namespace luthier {

class Workers {
 public:
  Workers() = default;
  ~Workers();  // after the jobs that have begun; those that wait are dropped
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  Result<> start(int threads);
  void add(std::function<void()> job);  // any thread

 private:
  void work();

  std::mutex mutex_;
  std::condition_variable more_;
  std::deque<std::function<void()>> jobs_;  // guarded by mutex_
  bool over_ = false;                       // guarded by mutex_
  std::vector<std::thread> threads_;
};

}  // namespace luthier
