// The trial index of a closed log, <experiment>/experiment.index: a row for each trial, and which
// events are about it. Derived from the log and good only for the event it stands for; whoever
// finds it absent, of another event or damaged, folds the log. docs/event_log.md describes the
// file.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <vector>

#include "core/state/trial_row.h"
#include "store/sqlite/event_tables.h"

namespace luthier {

struct TrialRows {
  std::int64_t count = 0;
  std::function<TrialRow(TrialId)> row = {};
};

// Makes the index of the log behind `events`, which ends with `end`, and puts it into its place
// when it is complete. An error leaves none behind.
Result<> write_trial_index(const std::filesystem::path& experiment_directory,
                           Connection& events,
                           const ChainEnd& end,
                           const TrialRows& trials);

// Reads an index. An error (corruption, io) says that the log must be folded.
class TrialIndex {
 public:
  // Nothing: there is none for a log that ends with `end`.
  static std::optional<TrialIndex> open(const std::filesystem::path& experiment_directory,
                                        const ChainEnd& end);

  std::int64_t trial_count() const { return trials_; }
  // Every trial from `first` on, by number, until `take` returns false.
  Result<> each(TrialId first, const std::function<bool(const TrialRow&)>& take);
  // Preconditions: there is such a trial.
  Result<TrialRow> row(TrialId trial);
  Result<std::vector<Sequence>> events(TrialId trial);  // about the trial, in order
  // Where a checkpoint was committed.
  Result<Sequence> event_of(CheckpointId checkpoint);

 private:
  TrialIndex(Connection connection, const ChainEnd& end, std::int64_t trials)
      : connection_(std::move(connection)), end_(end), trials_(trials) {}
  Error damaged_at(TrialId trial) const;

  Connection connection_;
  ChainEnd end_;
  std::int64_t trials_ = 0;
};

}  // namespace luthier
