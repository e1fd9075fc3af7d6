// TrialTable: the trials of a stored experiment, a row each, without holding them all where the
// store keeps rows.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>

#include "core/state/trial_row.h"
#include "luthier/error.h"

namespace luthier {

class TrialTable {
 public:
  virtual ~TrialTable() = default;
  virtual const ExperimentSpec& spec() const = 0;
  virtual std::int64_t count() const = 0;
  // Every trial by its number, until `take` returns false.
  virtual Result<> each(const std::function<bool(const TrialRow&)>& take) = 0;
  // not_found: there is no such trial.
  virtual Result<TrialRow> row(TrialId trial) = 0;
};

// Of a state that is folded already and outlives it.
std::unique_ptr<TrialTable> table_of(const ExperimentState& state);
// Of the trial index; null where there is none that stands for the last event.
Result<std::unique_ptr<TrialTable>> open_indexed_table(const std::filesystem::path& directory);
// Of the index or the whole log. Errors are those of read_state.
Result<std::unique_ptr<TrialTable>> open_trial_table(const std::filesystem::path& directory);

}  // namespace luthier
