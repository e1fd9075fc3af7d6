// Lineage: which trial went on from which, and under what configurations each trained: a tree of
// stretches. A stretch is a part of a trial's training that began from nothing, from the checkpoint
// of another trial (its clone), or from its own with another configuration.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "luthier/event.h"

namespace luthier {

struct Stretch {
  TrialId trial;
  std::int64_t from = 0;  // the iteration at which it began
  std::int64_t to = 0;    // the last one reported
  Config config = {};
  std::optional<std::size_t> parent = {};  // the stretch whose checkpoint it began with
  std::optional<double> value = {};        // the metric that was reported last, which may be NaN
};

// From an iteration on, this configuration trained.
struct ScheduleStep {
  std::int64_t iteration = 0;
  Config config;
  friend bool operator==(const ScheduleStep&, const ScheduleStep&) = default;
};

class Lineage {
 public:
  // `metric`: whose values stretches have; empty: none.
  explicit Lineage(std::string metric = {}) : metric_(std::move(metric)) {}

  // Call with every event of a log, in order.
  void take(const Event& event);

  std::span<const Stretch> stretches() const { return stretches_; }  // as they began
  std::int64_t clones() const { return clones_; }
  // Those that led to where the trial is, from the first to its own; empty: it never ran.
  std::vector<std::size_t> ancestry(TrialId trial) const;
  // The configurations along its ancestry, iterations growing; only those that trained.
  std::vector<ScheduleStep> schedule(TrialId trial) const;

 private:
  struct Trial {
    Config config;
    std::int64_t segment = 0;
    std::optional<std::size_t> stretch = {};
  };

  void start(const AttemptStarted& started);
  void report(const ResultReported& reported);

  const std::string metric_;
  std::vector<Stretch> stretches_;
  std::int64_t clones_ = 0;
  std::map<TrialId, Trial> trials_;
  std::map<TrialId, Config> chosen_;                 // takes effect with the next attempt
  std::map<CheckpointId, std::size_t> checkpoints_;  // in which stretch each was saved
};

// {"iteration": 20, "config": {...}} on one line.
std::string to_json(const ScheduleStep& step);

}  // namespace luthier
