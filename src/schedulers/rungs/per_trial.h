// PerTrial: what a scheduler remembers of each trial, by trial number; a trial not yet seen gets a
// default-made entry.
#pragma once

#include <vector>

#include "luthier/trial.h"

namespace luthier {

template <class T>
class PerTrial {
 public:
  T& operator[](TrialId trial) {
    const auto index = static_cast<std::size_t>(trial.value);
    if (index >= entries_.size()) {
      entries_.resize(index + 1);
    }
    return entries_[index];
  }
  // Nothing when the trial was never seen.
  const T* find(TrialId trial) const {
    const auto index = static_cast<std::size_t>(trial.value);
    return index < entries_.size() ? &entries_[index] : nullptr;
  }
  std::size_t size() const { return entries_.size(); }

 private:
  std::vector<T> entries_;
};

}  // namespace luthier
