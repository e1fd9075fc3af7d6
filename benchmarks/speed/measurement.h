// What the measurements of bench_speed share: each is one file, takes its arguments and prints one
// line of JSON with raw figures; speed.py sets them beside the peers'.
#pragma once

#include <sys/resource.h>

#include <chrono>
#include <span>
#include <string>
#include <utility>

#include "luthier/error.h"
#include "luthier/value.h"

namespace luthier::bench {

using Arguments = std::span<const std::string>;

Result<NamedValues> noop_trials(Arguments arguments);
Result<NamedValues> acknowledged_results(Arguments arguments);
Result<NamedValues> scheduler_decision(Arguments arguments);
Result<NamedValues> many_results(Arguments arguments);
Result<NamedValues> reopen(Arguments arguments);

// Wall and processor time since it was made.
class Stopwatch {
 public:
  double wall_s() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }
  double cpu_s() const { return processor_s() - start_cpu_; }

 private:
  static double processor_s() {
    rusage used{};
    getrusage(RUSAGE_SELF, &used);
    return static_cast<double>(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
           1e-6 * static_cast<double>(used.ru_utime.tv_usec + used.ru_stime.tv_usec);
  }

  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  double start_cpu_ = processor_s();
};

}  // namespace luthier::bench
