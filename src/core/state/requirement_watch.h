// RequirementWatch: follows the trials of an experiment event by event and says how each result
// stands by the requirements, for those who see the log and not the state.
#pragma once

#include <map>
#include <vector>

#include "core/state/requirements.h"
#include "luthier/event.h"

namespace luthier {

class RequirementWatch {
 public:
  RequirementWatch() = default;
  explicit RequirementWatch(Requirements requirements) : requirements_(std::move(requirements)) {}

  bool empty() const { return requirements_.empty(); }
  // A trial with this configuration, added or taken up again.
  void begin(TrialId trial, const Config& config);
  // Every event; a result besides goes to take().
  void follow(const Event& event);
  void on(const TrialChosen& chosen);
  void on(const AttemptStarted& started);
  // By how much the result misses each requirement (TrialResult::excess). Empty: there are none.
  std::vector<double> take(const ResultReported& result);
  void on(const TrialEnded& ended) { trials_.erase(ended.trial); }

 private:
  struct Trial {
    NamedValues start;  // what it is judged by before its first result
    NamedValues values;
    std::int64_t segment = 0;
  };
  Requirements requirements_;
  std::map<TrialId, Trial> trials_;
};

}  // namespace luthier
