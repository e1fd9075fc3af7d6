#include "search/portfolio/course.h"

#include <algorithm>

namespace luthier::portfolio {
namespace {

// One or two stopped trials are a person's doing rather than a scheduler's.
constexpr std::int64_t kFewCutShort = 3;
constexpr double kShareCutShort = 0.1;  // of the trials that stand or ended

}  // namespace

std::vector<TrialId> Course::added(const ExperimentView& view, TrialId trial) {
  std::vector<TrialId> just_paused;
  for (const std::int64_t each : live_) {
    if (!standing_.contains(each) && view.state(TrialId{each}) == TrialState::paused) {
      if (stands(TrialId{each}, view.iteration(TrialId{each}))) {
        paused_ += 1;
        just_paused.push_back({each});
      }
    }
  }
  live_.insert(trial.value);
  return just_paused;
}

void Course::reported(TrialId trial, std::int64_t iteration) {
  goes_on(trial);
  furthest_ = std::max(furthest_, iteration);
}

void Course::ended(const ExperimentView& view, TrialId trial) {
  ended_ += 1;
  goes_on(trial);
  live_.erase(trial.value);
  if (view.state(trial) == TrialState::stopped) {
    stands(trial, view.iteration(trial));
  }
}

std::int64_t Course::cut_short() const {
  const auto at_the_end = standing_at_.find(furthest_);
  return static_cast<std::int64_t>(standing_.size()) -
         (at_the_end == standing_at_.end() ? 0 : at_the_end->second);
}

bool Course::has_early_stopping() const {
  const std::int64_t count = cut_short();
  return count >= kFewCutShort &&
         static_cast<double>(count) >= kShareCutShort * static_cast<double>(ended_ + 1);
}

// What reported nothing says nothing.
bool Course::stands(TrialId trial, std::int64_t iteration) {
  if (iteration > 0) {
    standing_[trial.value] = iteration;
    standing_at_[iteration] += 1;
  }
  return iteration > 0;
}

void Course::goes_on(TrialId trial) {
  const auto found = standing_.find(trial.value);
  if (found != standing_.end()) {
    standing_at_[found->second] -= 1;
    paused_ -= live_.contains(trial.value) ? 1 : 0;
    standing_.erase(found);
  }
}

}  // namespace luthier::portfolio
