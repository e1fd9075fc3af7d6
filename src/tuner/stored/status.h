// The status of a stored experiment: read from beside its log where it is kept and stands for the
// last event, else made of the whole log.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "core/state/experiment_status.h"
#include "store/sqlite/trial_index.h"

namespace luthier {

// What the store keeps; empty while it would take long to make.
std::string status_bytes(const ExperimentState& state, bool closing);
TrialRows trial_rows(const ExperimentState& state);  // which must outlive them

// The spec in the first event of a log; corruption if `run` wrote none such.
Result<ExperimentSpec> first_spec(const Event& first);

// What is kept for the last event, as it is; nothing: the log is to be folded.
Result<std::optional<ExperimentStatus>> read_kept_status(const std::filesystem::path& directory);

Result<ExperimentStatus> read_status(const std::filesystem::path& directory);

// With the spec as of that event.
struct StoredExperiment {
  ExperimentSpec spec;
  ExperimentStatus status;
};
Result<StoredExperiment> read_stored_experiment(const std::filesystem::path& directory);

// As of the last event.
Result<ExperimentSpec> read_spec(const std::filesystem::path& directory);

}  // namespace luthier
