// The event log in <experiment>/experiment.db: one SQLite file, written in WAL mode by the one
// process that holds the experiment's lock. docs/event_log.md describes the file.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>

#include "luthier/event_store.h"
#include "store/sqlite/trial_index.h"

namespace luthier {

struct StoreOptions {
  // false: an append survives the death of this process, but the last ones may be lost, as a whole,
  // when the machine loses power. true: every append is synced to the disk before it returns.
  bool full_durability = false;
  // true: makes a new experiment; already_exists if there is one. false: not_found if there is
  // none.
  bool create = false;
  // Called with the error while the disk is full: it waits for a moment and answers whether to try
  // once more. Called with null when there is room again. None: a full disk fails like a broken
  // one.
  std::function<bool(const Error*)> wait_for_room = {};
  // Receives every stored event, in order, as the log is checked: before it is known that the
  // events behind it are right, and before anything is written. An error ends the opening with that
  // error.
  std::function<Result<>(const Event&)> receive = {};
  // Gives the bytes of the experiment's status (core/state/experiment_status.h) as of the last
  // event that is appended, to be kept beside the events and in their transaction. Asked at the
  // end, and in between as often as it costs a hundredth of the time. Empty bytes: not now.
  enum class Moment { running, closing };
  std::function<std::string(Moment)> status = {};
  // Gives the trials as of the last event, for the trial index (trial_index.h) that is made when a
  // log of so many events or more is closed: a shorter one is read as fast without.
  std::function<TrialRows()> trials = {};
  Sequence indexed_from = 10'000;
};

// Takes the experiment's lock and checks the whole log before anything is written.
// Errors: unavailable (someone else runs it; names them), not_found, already_exists, corruption
// (nothing was touched), io (not a log, of a newer version, read-only, full).
// Destroying the store without close() is what a crash would do: the next open recovers.
Result<std::unique_ptr<EventStore>> open_for_writing(
    const std::filesystem::path& experiment_directory, const StoreOptions& options);

}  // namespace luthier
