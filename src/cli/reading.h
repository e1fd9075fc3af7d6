// What the commands that look at experiments share.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/options/arguments.h"
#include "core/state/experiment_status.h"
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
// not_found where an experiment of so many trials has none of this number.
Result<> check_trial(const std::string& experiment, std::int64_t trials, TrialId trial);
// The trial that operand `index` names; an error if the experiment has none of this number.
Result<TrialId> find_trial(const ExperimentState& state, const std::string& text);

// How far an experiment is, without a look at all of its log.
struct Overview {
  std::filesystem::path directory;
  ExperimentSpec spec;
  ExperimentStatus status;
  bool running = false;  // a controller holds it
};
Result<Overview> read_overview(const Arguments& arguments);

// "running", "finished" or "interrupted".
std::string_view experiment_state_text(bool running, bool finished);
std::string_view experiment_state_text(const ExperimentState& state,
                                       const std::filesystem::path& directory);

// One trial as docs/cli.md describes it, "schema" first.
std::string trial_json(const ExperimentSpec& spec, const TrialRow& row, bool running);
// The state of a trial, "interrupted" where it was running and no controller holds the experiment.
std::string_view trial_state_text(TrialState state, bool running);
// "00012  loss 0.25  lr=0.1 batch=32": trial, best objectives and varied parameters.
std::string trial_line(const ExperimentSpec& spec, const TrialRow& row);

bool varies(const Parameter& parameter);  // shown in tables
std::string value_text(const Value& value);
std::string metrics_text(const Metrics& metrics);  // "loss 0.25  accuracy 0.9"
std::string config_text(const ExperimentSpec& spec, const Config& config);
std::string numbers_json(const Numbers& numbers);
std::string numbers_text(const Numbers& numbers);  // "rung=3, cutoff=0.25"; may be empty

// Microseconds of the wall clock, for ages.
TimePoint wall_clock();

}  // namespace luthier::cli
