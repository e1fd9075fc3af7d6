// The C++ worker actor: runs trials of a user's shared library. Ray creates it in a worker process
// that has loaded luthier_ray_worker.so; its Python counterpart is python/luthier/_worker.py.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

namespace luthier::ray_driver {

class LibraryTrial;

class Worker {
 public:
  static Worker* create();

  // Connects to luthier-ray at `place` (worker_port.h) and obeys it; ends this process when the
  // connection ends. Returns only when there is none: why. `group`: the placement group of its
  // trials in hexadecimal, or nothing.
  std::string serve(std::string place, std::string group);

  // Says something. Any thread.
  void say(const std::string& frames);

 private:
  using Key = std::pair<std::int64_t, std::int64_t>;  // trial, attempt

  void say_that_it_is_there();
  void obey(const std::string& frames, std::size_t& position);

  int link_ = -1;
  std::string group_;
  std::map<Key, std::shared_ptr<LibraryTrial>> trials_;  // the serving thread's
  std::mutex mutex_;                                     // one writer at a time
};

}  // namespace luthier::ray_driver
