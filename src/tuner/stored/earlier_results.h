// Results of a stored experiment for another one: as known results, or as a related task.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "luthier/experiment_spec.h"

namespace luthier {

struct EarlierResult {
  KnownResult result;
  TrialId trial;
  bool is_missing = false;  // the trial failed or reported nothing
};
struct EarlierResults {
  std::string name;                    // of the experiment
  std::vector<EarlierResult> results;  // of each trial, by number
};

// Of the experiment called `name` (or at that path): of each trial the best result where that is
// judged by the same single objective, else the last one.
Result<EarlierResults> earlier_results(const std::filesystem::path& results,
                                       const std::string& name,
                                       std::span<const Objective> objectives);

// Those that have a finite number for each objective.
Result<RelatedTask> related_task(const std::filesystem::path& results,
                                 const std::string& name,
                                 std::span<const Objective> objectives);
// Adds those that `names` name to the spec.
Result<> add_related(const std::filesystem::path& results,
                     std::span<const std::string> names,
                     ExperimentSpec& spec);
// Whether each objective has a finite number.
bool has_objectives(const Metrics& metrics, std::span<const Objective> objectives);

}  // namespace luthier
