// The C++ worker actor: runs trials of a user's shared library. Ray creates it in a worker process
// that has loaded luthier_ray_worker.so; its Python counterpart is python/luthier/_worker.py.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace luthier::ray_driver {

class LibraryTrial;

class Worker {
 public:
  static Worker* create();

  // Obeys the frames, then waits for something to say, or for the next call (worker_handle.h).
  // `frames` begins with the number of the call, and so does the answer.
  std::string exchange(std::vector<char> frames);

  // Says something. Any thread.
  void say(const std::string& frames);

 private:
  using Key = std::pair<std::int64_t, std::int64_t>;  // trial, attempt

  void obey(const std::string& frames);

  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t newest_ = 0;  // number of the newest call
  std::string outgoing_;
  std::map<Key, std::shared_ptr<LibraryTrial>> trials_;
};

}  // namespace luthier::ray_driver
