// What the commands that look at experiments share.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/options/arguments.h"
#include "core/log/experiment_state.h"
#include "luthier/tuner.h"

namespace luthier::cli {

inline constexpr std::string_view kInterruptedState = "interrupted";

std::filesystem::path results_directory(const Arguments& arguments);  // --results

// The directory of the experiment the first operand names.
Result<std::filesystem::path> find_experiment(const Arguments& arguments);

struct Experiment {
  std::filesystem::path directory;
  std::unique_ptr<ExperimentState> state;
  bool running = false;  // a controller holds it
};
Result<Experiment> read_experiment(const Arguments& arguments);
// The trial that operand `index` names; an error if the experiment has none of this number.
Result<TrialId> find_trial(const ExperimentState& state, const std::string& text);

// "running", "finished" or "interrupted".
std::string_view experiment_state_text(const ExperimentState& state,
                                       const std::filesystem::path& directory);

// The first objective's best value of a trial, if it reported a finite one.
std::optional<double> best_value(const ExperimentState& state, TrialId trial);
// One trial as docs/cli.md describes it, "schema" first.
std::string trial_json(const Experiment& experiment, TrialId trial);
// The state of a trial, "interrupted" where it was running and no controller holds the experiment.
std::string_view trial_state_text(const Experiment& experiment, TrialId trial);
// The best trial; the Pareto front with several objectives.
std::vector<TrialId> best_trials(const ExperimentState& state);
// "00012  loss 0.25  lr=0.1 batch=32": trial, best objectives and varied parameters.
std::string trial_line(const ExperimentState& state, TrialId trial);

bool varies(const Parameter& parameter);  // shown in tables
std::string value_text(const Value& value);
std::string metrics_text(const Metrics& metrics);  // "loss 0.25  accuracy 0.9"
std::string config_text(const ExperimentState& state, const Config& config);
std::string numbers_json(const Numbers& numbers);
std::string numbers_text(const Numbers& numbers);  // "rung=3, cutoff=0.25"; may be empty

// Microseconds of the wall clock, for ages.
TimePoint wall_clock();

}  // namespace luthier::cli
