// Course: how a search has gone so far, as far as it decides who should propose the next trial. Fed
// with facts in log order; O(running trials) a trial added, as paused ones are noticed then.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <vector>

#include "luthier/experiment_view.h"

namespace luthier::portfolio {

class Course {
 public:
  // Returns the trials that have paused meanwhile.
  std::vector<TrialId> added(const ExperimentView& view, TrialId trial);
  void reported(TrialId trial, std::int64_t iteration);
  void ended(const ExperimentView& view, TrialId trial);

  std::int64_t ended() const { return ended_; }
  // Trials that were stopped or wait paused before the iteration that the longest trial reached.
  std::int64_t cut_short() const;
  std::int64_t paused() const { return paused_; }  // wait now
  // A scheduler pauses trials rather than stops them.
  bool has_pauses() const { return 2 * paused_ > static_cast<std::int64_t>(standing_.size()); }
  // Enough were for losses of different iterations to be told apart.
  bool has_early_stopping() const;

 private:
  bool stands(TrialId trial, std::int64_t iteration);
  void goes_on(TrialId trial);

  std::int64_t ended_ = 0;
  std::int64_t paused_ = 0;
  std::int64_t furthest_ = 0;                         // iteration that any trial reported
  std::set<std::int64_t> live_;                       // trials that have not ended
  std::map<std::int64_t, std::int64_t> standing_;     // stopped or paused trial -> its iteration
  std::map<std::int64_t, std::int64_t> standing_at_;  // iteration -> how many of these
};

}  // namespace luthier::portfolio
