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
  // End the trial: `stopped`, or `completed` when the decision's numbers name "max_t" (the trial
  // has had all the training that its scheduler gives). The same holds for ChoiceKind::stop.
  stop,
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
  friend bool operator==(const Decision&, const Decision&) = default;
};

enum class ChoiceKind : std::uint8_t {
  run,   // start or resume `trial`
  stop,  // end `trial`, which is paused and will not be resumed
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
  friend bool operator==(const Choice&, const Choice&) = default;
};

}  // namespace luthier
