// How a client's functions are started here.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace luthier {

enum class WorkerStart : std::uint8_t {
  fork,   // each attempt is a fork of a process that has loaded the function
  spawn,  // each attempt is the whole command again: for code that can't be forked
  reuse,  // processes are kept: an attempt finds what the one before left in memory
};

struct WorkerOptions {
  // An interpreter that loads the function and runs attempts of it (luthier/_pool.py).
  std::vector<std::string> command = {};
  WorkerStart start = WorkerStart::fork;
};

}  // namespace luthier
