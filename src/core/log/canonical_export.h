// CanonicalExport: what two equal runs share, as text. Trials by id with their configurations,
// results, decisions and final state; nothing about attempts, sequences, times, processes or
// repeated results, so a crashed and resumed experiment gives the bytes of an uncrashed one.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "luthier/event.h"

namespace luthier {

class CanonicalExport {
 public:
  // Call with every event of a log, in order.
  void take(const Event& event);

  // One JSON object a line for each trial, keys in fixed order. Checkpoints are named by the trial
  // and the iteration they were taken at, for their numbers depend on crashes.
  std::string text() const;

 private:
  struct Segment {
    std::int64_t number = 0;
    std::string config = "{}";
    std::string from = "null";
    std::string results;
    std::string decisions;
  };
  struct Trial {
    std::string proposed_by;
    std::string config;                        // the one proposed
    std::string current;                       // the one in use
    std::optional<std::string> chosen_config;  // takes effect with the next attempt
    std::vector<Segment> segments;
    std::string state = "pending";
    std::string reason;  // why it ended; empty before
    // What the decision to stop it said. Whether it ran to its end before it was stopped is chance.
    std::optional<std::pair<std::string, std::string>> stop;
  };

  Segment& current_segment(TrialId trial);
  void on(const TrialAdded& event);
  void on(const TrialChosen& event);
  void on(const AttemptStarted& event);
  void on(const ResultReported& event);
  void on(const DecisionMade& event);
  void on(const CheckpointCommitted& event);
  void on(const TrialPaused& event);
  void on(const TrialRequeued& event);
  void on(const TrialEnded& event);
  template <class Other>
  void on(const Other& /*not shared by equal runs*/) {}

  std::map<TrialId, Trial> trials_;
  std::map<CheckpointId, std::string> checkpoints_;
};

}  // namespace luthier
