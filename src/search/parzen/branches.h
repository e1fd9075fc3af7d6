// Observations by branch: trials whose configurations have the same parameters. Each branch has a
// history of its own, with its own good ones, so that a branch that looks worse than another can be
// searched too. Spaces without conditions have one branch, for which nothing is kept.
#pragma once

#include <map>
#include <unordered_map>
#include <vector>

#include "search/parzen/history.h"

namespace luthier::parzen {

// Which axes have a value at a point.
using Branch = std::vector<bool>;
Branch branch_of(std::span<const double> point);

class Branches {
 public:
  Branches(std::span<const KernelAxis> axes, HistoryOptions options);

  bool is_empty() const { return histories_.empty(); }
  // Null when no trial was ever in it.
  const History* find(const Branch& branch) const;

  // As in History.
  void added(TrialId trial, std::span<const double> point);
  void changed(TrialId trial, std::span<const double> point);
  void returned(TrialId trial, std::span<const double> point);
  void reported(TrialId trial, std::int64_t iteration, const std::vector<double>& losses);
  void reported(TrialId trial, std::int64_t iteration, double loss) {
    reported(trial, iteration, std::vector{loss});
  }
  void paused(TrialId trial);
  void ended(TrialId trial, TrialState state);

 private:
  // Null when no branch knows the trial (any more).
  History* home(TrialId trial);
  bool moved(TrialId trial, std::span<const double> point);

  std::vector<KernelAxis> axes_;
  HistoryOptions options_;
  bool has_branches_ = false;
  std::map<Branch, History> histories_;
  std::unordered_map<std::int64_t, History*> homes_;  // of trials that have not ended
};

}  // namespace luthier::parzen
