// Which trials a report shows where it has no room for all.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "luthier/error.h"
#include "luthier/trial.h"

namespace luthier {

// All trials of an experiment by its first objective, the best first.
Result<std::vector<TrialId>> ranked_trials(const std::filesystem::path& experiment);

// Of `ranked` at most so many: the better half of them are the best, the others evenly spaced among
// the rest, so that a picture shows where the search was too. In the order of `ranked`.
std::vector<TrialId> chosen_trials(const std::vector<TrialId>& ranked, std::size_t most);

// Of those that chosen_trials() chose, at most so many, chosen likewise: some of the best and some
// of the others.
std::vector<TrialId> fewer_of(const std::vector<TrialId>& chosen, std::size_t most);

// "500 of 2000 trials are here: the best 250, and 250 evenly spaced ones among the others."; empty
// where all are.
std::string chosen_text(std::size_t chosen, std::size_t all);

}  // namespace luthier
