// Trials and experiments as the client protocol shows them.
#pragma once

#include <string>

#include "luthier/experiment.h"
#include "luthier/tuner.h"

namespace luthier {

std::string asked_json(const AskedTrial& trial);
std::string trial_json(const TrialSummary& trial);
// Without its trials: how many there are, and the best ones.
std::string summary_json(const ExperimentSummary& summary);

}  // namespace luthier
