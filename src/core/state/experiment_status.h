// ExperimentStatus: how far an experiment is, in a few hundred bytes: what `ls`, `best` and `show`
// say beside its spec. Derived from the log; stored beside it, it spares readers the fold.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/state/trial_row.h"

namespace luthier {

struct ExperimentStatus {
  Sequence sequence = 0;  // of the last event that it stands for
  TimePoint time = 0;     // of that event
  std::string name = {};
  std::string executor = {};
  std::string metric = {};               // of the first objective
  std::array<std::int64_t, 6> counts{};  // trials by state
  std::int64_t known = 0;                // trials that were known before
  bool finished = false;
  std::string end_reason = {};
  std::string closing_reason = {};
  std::int64_t samples = 0;
  double time_budget_s = 0;
  double elapsed_s = 0;
  std::optional<std::string> host = {};  // of the last controller
  std::int64_t pid = 0;
  std::optional<TrialId> best_trial = {};  // by the first objective
  std::optional<double> best_value = {};   // its value, if it is finite
  std::vector<TrialRow> best = {};         // the best trial, or the Pareto front
  // Where no trial meets the requirements: the one that misses them by least.
  std::vector<TrialRow> nearest = {};

  std::int64_t count(TrialState state) const { return counts[static_cast<std::size_t>(state)]; }
  std::int64_t trial_count() const;
  std::int64_t added_count() const { return trial_count() - known; }
  friend bool operator==(const ExperimentStatus&, const ExperimentStatus&) = default;
};

// The best trial; the Pareto front with several objectives.
std::vector<TrialId> best_trials(const ExperimentState& state);
ExperimentStatus status_of(const ExperimentState& state);

std::string encode(const ExperimentStatus& status);  // equal where NaN is in it too
// What encode wrote. Nothing: the bytes are damaged, or a newer version's.
std::optional<ExperimentStatus> decode_status(std::string_view bytes);

}  // namespace luthier
