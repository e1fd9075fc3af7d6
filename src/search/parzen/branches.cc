#include "search/parzen/branches.h"

#include <algorithm>
#include <cmath>

namespace luthier::parzen {

Branch branch_of(std::span<const double> point) {
  Branch branch(point.size());
  for (std::size_t axis = 0; axis < point.size(); ++axis) {
    branch[axis] = !std::isnan(point[axis]);
  }
  return branch;
}

Branches::Branches(std::span<const KernelAxis> axes, HistoryOptions options)
    : axes_(axes.begin(), axes.end()),
      options_(options),
      has_branches_(std::ranges::any_of(axes_, &KernelAxis::conditional)) {}

const History* Branches::find(const Branch& branch) const {
  const auto found = histories_.find(branch);
  return found == histories_.end() ? nullptr : &found->second;
}

History* Branches::home(TrialId trial) {
  if (const auto found = homes_.find(trial.value); found != homes_.end()) {
    return found->second;
  }
  const auto knows = [&](const auto& entry) { return entry.second.knows(trial); };
  const auto found = std::ranges::find_if(histories_, knows);
  return found == histories_.end() ? nullptr : &found->second;
}

void Branches::added(TrialId trial, std::span<const double> point) {
  if (has_branches_) {
    History& history = histories_.try_emplace(branch_of(point), axes_, options_).first->second;
    homes_[trial.value] = &history;
    history.added(trial, point);
  }
}

// Whether the trial went to another branch, where it is added.
bool Branches::moved(TrialId trial, std::span<const double> point) {
  History* const from = home(trial);
  if (from != nullptr && find(branch_of(point)) == from) {
    homes_[trial.value] = from;
    return false;
  }
  if (from != nullptr) {
    from->forget(trial);
  }
  added(trial, point);
  return true;
}

void Branches::changed(TrialId trial, std::span<const double> point) {
  if (has_branches_ && !moved(trial, point)) {
    home(trial)->changed(trial, point);
  }
}

void Branches::returned(TrialId trial, std::span<const double> point) {
  if (has_branches_ && !moved(trial, point)) {
    home(trial)->returned(trial, point);
  }
}

void Branches::reported(TrialId trial, std::int64_t iteration, const std::vector<double>& losses) {
  if (has_branches_) {
    home(trial)->reported(trial, iteration, losses);
  }
}

void Branches::paused(TrialId trial) {
  if (has_branches_) {
    home(trial)->paused(trial);
  }
}

void Branches::ended(TrialId trial, TrialState state) {
  if (History* const history = has_branches_ ? home(trial) : nullptr) {
    history->ended(trial, state);
    homes_.erase(trial.value);
  }
}

}  // namespace luthier::parzen
