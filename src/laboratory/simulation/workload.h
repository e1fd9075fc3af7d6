// Workload: what simulated attempts do and how long it takes them.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "luthier/executor.h"

namespace luthier {

// One thing a simulated attempt does next, after `duration` microseconds.
struct SimulatedStep {
  enum class Kind : std::uint8_t { report, finish, fail, time_out } kind = Kind::report;
  TimePoint duration = 0;
  Metrics metrics = {};      // of a report
  std::string message = {};  // of a failure
};

// What one attempt does, step by step.
class AttemptScript {
 public:
  virtual ~AttemptScript() = default;
  // `iteration` is the one to be reported next (1, 2, ...); each is asked for once, in order.
  virtual SimulatedStep next(std::int64_t iteration) = 0;
};

// What attempts do: the same for equal requests, so that every rerun sees the same.
class Workload {
 public:
  virtual ~Workload() = default;
  virtual std::unique_ptr<AttemptScript> begin(const StartRequest& attempt) const = 0;
};

// A workload as a pure function of the attempt and the iteration.
class TrialScript : public Workload {
 public:
  virtual SimulatedStep step(const StartRequest& attempt, std::int64_t iteration) const = 0;
  std::unique_ptr<AttemptScript> begin(const StartRequest& attempt) const final;
};

}  // namespace luthier
