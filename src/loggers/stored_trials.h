// StoredTrials: which trials a file logger must fold again when an experiment is resumed, learnt
// from one look at the stored events.
#pragma once

#include <optional>
#include <unordered_map>
#include <unordered_set>

#include "luthier/event.h"

namespace luthier {

// The trial whose files the event may change.
std::optional<TrialId> subject_of(const Event& event);

class StoredTrials {
 public:
  // The files are complete up to `position`; 0: nothing is known of them.
  explicit StoredTrials(Sequence position) : position_(position) {}

  // Every stored event, in order.
  void take(const Event& event);
  // Takes the position back: it can't be trusted.
  void distrust() { position_ = 0; }

  Sequence position() const { return position_; }
  Sequence last() const { return last_; }  // event taken; 0: none
  // The trial has events after the position: its files must be checked.
  bool is_changed(TrialId trial) const { return position_ == 0 || changed_.contains(trial); }
  // It must be folded: its files must be checked, or it has not ended.
  bool is_wanted(TrialId trial) const { return is_changed(trial) || open_.contains(trial); }
  // It went on after it had ended.
  bool is_continued(TrialId trial) const { return continued_.contains(trial); }
  // No event before this one is about a wanted trial. Nothing: no trial is wanted.
  std::optional<Sequence> first_wanted() const;

 private:
  Sequence position_;
  Sequence last_ = 0;
  std::optional<Sequence> first_changed_;
  std::unordered_map<TrialId, Sequence> open_;  // not ended: the first event
  std::unordered_set<TrialId> changed_;
  std::unordered_set<TrialId> continued_;
};

}  // namespace luthier
