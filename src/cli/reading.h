// What the commands that look at experiments share.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/options/arguments.h"
#include "luthier/tuner.h"
#include "tuner/stored/listing.h"

namespace luthier::cli {

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

// Of the experiment the first operand names.
Result<Overview> read_overview(const Arguments& arguments);

// "running", "finished" or "interrupted".
std::string_view stored_state_text(const ExperimentState& state,
                                   const std::filesystem::path& directory);

// "00012  loss 0.25  lr=0.1 batch=32": trial, best objectives and varied parameters.
std::string trial_line(const ExperimentSpec& spec, const TrialRow& row);

std::string value_text(const Value& value);
std::string metrics_text(const Metrics& metrics);  // "loss 0.25  accuracy 0.9"
std::string config_text(const ExperimentSpec& spec, const Config& config);
std::string numbers_text(const Numbers& numbers);  // "rung=3, cutoff=0.25"; may be empty

}  // namespace luthier::cli
