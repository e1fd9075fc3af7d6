// PolicyExport: the schedule of configurations that led to a trial, through every trial it was
// cloned from, as the `policy` file that scheduler pbt_replay reads.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "luthier/event.h"

namespace luthier::cli {

class PolicyExport {
 public:
  // Call with every event of a log, in order.
  void take(const Event& event);
  // JSON lines {"iteration": 20, "config": {...}}, the first at iteration 0.
  std::string text(TrialId trial) const;

 private:
  struct Step {
    std::int64_t iteration = 0;
    Config config;
  };
  using Schedule = std::vector<Step>;
  struct Trial {
    Config config;
    std::int64_t segment = 0;
    Schedule schedule;
  };

  void start(const AttemptStarted& started);

  std::map<TrialId, Trial> trials_;
  std::map<TrialId, Config> chosen_;              // takes effect with the next attempt
  std::map<CheckpointId, Schedule> checkpoints_;  // what led to each
};

}  // namespace luthier::cli
