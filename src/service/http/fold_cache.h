// FoldCache: the states of the experiments that were looked at last, folded on from where they
// were: a look at a running experiment costs what happened since the look before.
#pragma once

#include <sys/stat.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>

#include "core/state/experiment_state.h"
#include "service/http/recent_entries.h"
#include "tuner/best_curve.h"
#include "tuner/stored/trial_table.h"

namespace luthier {

// The file that an experiment's log is in: of another log it is another. 0: there is none.
ino_t log_file(const std::filesystem::path& directory);

class FoldCache {
 public:
  // What was folded of one log.
  struct Fold {
    ExperimentState state;
    std::optional<BestCurve> curve;  // once the experiment was created
  };
  // Calls `look` with the fold as of the last committed event; others that look at the same
  // experiment wait meanwhile. Any thread.
  Result<> look(const std::filesystem::path& directory,
                const std::function<Result<>(const Fold& fold)>& look);
  // The same with its trials: of the trial index where there is one.
  Result<> look_at_trials(const std::filesystem::path& directory,
                          const std::function<Result<>(TrialTable& table)>& look);

 private:
  struct Entry {
    std::filesystem::path key;  // the experiment's directory
    std::mutex mutex;
    ino_t file = 0;              // that the log was in, of another log it is another
    std::unique_ptr<Fold> fold;  // guarded by mutex
  };
  static Result<> catch_up(Entry& entry);

  RecentEntries<std::filesystem::path, Entry> entries_{3};
};

}  // namespace luthier
