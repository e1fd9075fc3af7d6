// How a stored experiment and its trials are called, and how JSON shows them: the same on the
// command line and over HTTP.
#pragma once

#include <string>
#include <string_view>

#include "core/state/trial_row.h"
#include "luthier/decision.h"
#include "luthier/experiment_spec.h"
#include "tuner/stored/remarks.h"

namespace luthier {

inline constexpr std::string_view kInterruptedState = "interrupted";

// "running", "finished" or "interrupted".
std::string_view experiment_state_text(bool running, bool finished);
// The state of a trial, "interrupted" where it was running and no controller holds the experiment.
std::string_view trial_state_text(TrialState state, bool running);

// One trial as docs/cli.md describes it, "schema" first.
std::string trial_row_json(const ExperimentSpec& spec,
                           const TrialRow& row,
                           bool running,
                           const Remarks& remarks = {});
// Why there is no best trial.
std::string nothing_feasible_text(const std::string& experiment,
                                  TrialId nearest,
                                  const std::string& unmet);
// One decision as `explain --json` prints it, "schema" first.
std::string decision_json(const DecisionMade& made);
std::string numbers_json(const Numbers& numbers);

}  // namespace luthier
