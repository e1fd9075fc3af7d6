// The events of one trial, in order, and those they refer to: by the trial index where there is
// one, else by a look at the whole log.
#pragma once

#include <filesystem>
#include <functional>

#include "luthier/error.h"
#include "luthier/event.h"
#include "luthier/experiment_spec.h"

namespace luthier {

struct TrialStory {
  ExperimentSpec spec;
  std::int64_t trial_count = 0;  // of the experiment
};

// Passes on the log's first event, the checkpoints of other trials that this one started from, and
// its own events, each after those it refers to. Others may come too. Of a trial that is not there
// nothing but the first event may come.
Result<TrialStory> read_trial_story(const std::filesystem::path& directory,
                                    TrialId trial,
                                    const std::function<void(const Event&)>& take);

}  // namespace luthier
