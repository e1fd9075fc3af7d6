// LibraryTrial: one trial of a user's library in a thread of the C++ worker. The library may have
// another string ABI; only C crosses its border (luthier/trainable_entry.h).
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <thread>

#include "executors/ray/ray_wire.h"

namespace luthier::ray_driver {

class Worker;

class LibraryTrial {
 public:
  // `order`: the JSON of the start frame, which names the library.
  LibraryTrial(Worker& worker, std::int64_t trial, std::int64_t attempt, std::string order);
  ~LibraryTrial();  // only once it is over

  void input(const std::string& bytes);
  void terminate(std::uint32_t grace_ms);
  bool over() const;  // its threads say nothing any more

 private:
  void run();
  int call_library(std::string& message);
  void end(const ray_wire::Gone& gone);
  void overdue(std::uint32_t grace_ms);
  void say(ray_wire::Kind kind, const std::string& payload);
  const char* tell(const char* line);

  Worker& worker_;
  const std::int64_t trial_;
  const std::int64_t attempt_;
  const std::string order_;
  std::string answer_;  // the thread's: what tell() returned last

  std::atomic<bool> over_ = false;
  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::string incoming_;
  std::deque<std::string> answers_;
  bool stopping_ = false;
  bool ended_ = false;
  std::thread timer_;
  std::thread thread_;
};

}  // namespace luthier::ray_driver
