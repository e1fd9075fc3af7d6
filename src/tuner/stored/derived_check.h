// DerivedCheck: compares what the store keeps beside the log, its status and its trial index, with
// the log itself.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/state/experiment_state.h"

namespace luthier {

class DerivedCheck {
 public:
  // Every event of the log, in order.
  void take(const Event& event);
  // What of it is not what the events say, in words; empty: nothing, or nothing is kept for the
  // last event. `state` is that of the events taken.
  std::string difference(const std::filesystem::path& directory,
                         const ExperimentState& state) const;

 private:
  std::vector<std::uint32_t> events_;  // of each trial: a checksum of the places of its events
  std::vector<Sequence> checkpoints_;  // in order: where they were committed
};

}  // namespace luthier
