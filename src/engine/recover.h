// Recovery and replay: rebuilding state and advisors from the log, and checking that the advisors
// still say what they said.
#pragma once

#include <string>

#include "core/state/experiment_state.h"
#include "engine/advisors.h"
#include "engine/rules.h"
#include "luthier/event_store.h"

namespace luthier {

struct ReplayCounts {
  std::int64_t decisions = 0;
  std::int64_t choices = 0;
  std::int64_t suggestions = 0;
  std::int64_t differences = 0;
  std::string first_difference;  // a sentence; empty when there is none
};

enum class ReplayDepth {
  decisions,   // what recovery does: decisions are recomputed anyway
  everything,  // choices and suggestions are asked for again too
};

// Receives the log's events in order; the log wins where an answer differs, and the difference is
// counted.
class Replayer {
 public:
  Replayer(ExperimentState& state, Advisors& advisors, const Rules& rules, ReplayDepth depth)
      : state_(state), advisors_(advisors), rules_(rules), depth_(depth) {}

  Result<> take(const Event& event);
  const ReplayCounts& counts() const { return counts_; }

 private:
  void check_decision(const Event& event, const DecisionMade& logged);
  void check_choice(const Event& event, const TrialChosen& logged);
  void check_suggestion(const Event& event, const TrialAdded& logged);
  void differs(const Event& event,
               const std::string& what,
               const std::string& logged,
               const std::string& now);

  ExperimentState& state_;
  Advisors& advisors_;
  const Rules& rules_;
  ReplayDepth depth_;
  ReplayCounts counts_;
  std::optional<Decision> scheduled_;
  Metrics metrics_;
};

// Feeds the whole store through a Replayer.
Result<ReplayCounts> replay_log(EventStore& store,
                                ExperimentState& state,
                                Advisors& advisors,
                                const Rules& rules,
                                ReplayDepth depth);

}  // namespace luthier
