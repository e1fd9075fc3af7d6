#include "engine/retention.h"

#include <algorithm>
#include <functional>

namespace luthier {

std::vector<CheckpointId> superfluous_checkpoints(const ExperimentState& state, TrialId trial) {
  const auto keep = static_cast<std::size_t>(state.spec().keep_checkpoints);
  std::vector<CheckpointId> ids = state.record(trial).checkpoints;
  if (keep == 0 || ids.size() <= keep) {
    return {};
  }
  const CheckpointId newest = ids.back();
  if (state.spec().keep_by == KeepBy::best) {
    std::ranges::stable_sort(
        ids, std::greater<>(), [&](CheckpointId id) { return state.checkpoints().at(id).loss; });
  }
  ids.resize(ids.size() - keep);
  std::erase_if(
      ids, [&](CheckpointId id) { return id == newest || state.checkpoints().at(id).clones > 0; });
  return ids;
}

std::ptrdiff_t checkpoints_in(const ExperimentState& state,
                              TrialId trial,
                              const std::string& directory) {
  return std::ranges::count_if(state.record(trial).checkpoints, [&](CheckpointId id) {
    return state.checkpoints().at(id).directory == directory;
  });
}

}  // namespace luthier
