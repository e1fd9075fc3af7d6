// What a scheduler answers: a Decision about the trial that has just reported, a Choice of what to
// run next. Both say why, in words and in the numbers they rest on.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "luthier/trial.h"

namespace luthier {

using Numbers = std::vector<std::pair<std::string, double>>;

enum class DecisionKind : std::uint8_t {
  proceed,     // "continue" in every text: go on training
  checkpoint,  // save a checkpoint, then go on
  pause,       // save a checkpoint, then end the attempt; may be resumed later
  stop,        // end the trial: `stopped`, or `completed` (Decision::completes)
};
std::string_view to_text(DecisionKind kind);
std::optional<DecisionKind> parse_decision_kind(std::string_view text);

struct Decision {
  DecisionKind kind = DecisionKind::proceed;
  std::string reason;    // a short sentence, never empty
  Numbers numbers = {};  // by name: what the reason rests on
  // With `pause`: false when the checkpoint would be thrown away (the trial will be restarted from
  // another trial's checkpoint). With other kinds: ignored.
  bool save = true;
  // With `stop`: the trial has had all the training that it is given, so that it is `completed` and
  // not `stopped`. With other kinds: ignored.
  bool completes = false;
  friend bool operator==(const Decision&, const Decision&) = default;
};

// What a waiting attempt is told; kept, for an attempt that reports the same iteration again.
struct Reply {
  std::int64_t training_iteration = 0;
  DecisionKind kind = DecisionKind::proceed;
  bool save = true;  // with pause and stop: save a checkpoint first, if the trial can
};

enum class ChoiceKind : std::uint8_t {
  run,   // start or resume `trial`
  stop,  // end `trial`, which is paused and will not be resumed: `stopped`, or `completed`
};

// Run `trial`, or run it with `config` from `checkpoint`, which may be another trial's: PBT,
// promotion and resource changes all are this.
struct Choice {
  TrialId trial;
  ChoiceKind kind = ChoiceKind::run;
  std::optional<Config> config = {};            // none: keep the trial's own
  std::optional<CheckpointId> checkpoint = {};  // none: the trial's own newest one, if any
  std::string reason = {};
  Numbers numbers = {};
  bool completes = false;  // with `stop`: as in Decision
  friend bool operator==(const Choice&, const Choice&) = default;
};

}  // namespace luthier
