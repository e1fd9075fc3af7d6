// FactFeed: writes down what a client has to know of an experiment to have an ExperimentView of its
// own (docs/client_protocol.md): after each event, what it changed.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "luthier/event.h"
#include "luthier/experiment_view.h"

namespace luthier {

class FactFeed {
 public:
  // `view`: the state after the event.
  void add(const ExperimentView& view, const Event& event);
  // What is JSON already, in its place among the facts.
  void add(const std::string& fact);

  std::size_t bytes() const { return facts_.size(); }
  std::string take();  // all since the last call, as a JSON list

 private:
  void add_trial(const ExperimentView& view, TrialId trial, const Event& event);
  void add_counts(const ExperimentView& view);

  std::string facts_;                            // joined by commas
  std::string counts_;                           // as they were last told
  std::map<CheckpointId, TrialId> checkpoints_;  // the newest of each trial
};

// {"training_iteration": 1, "metrics": {...}}; with requirements also what it misses of them in
// all, "violation": 0.25 or "Infinity".
std::string result_json(const TrialResult& result);

}  // namespace luthier
