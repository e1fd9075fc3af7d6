// Blocks: experiments of equal benchmark, task and seed in different groups, which had the same
// luck and so can be compared one by one.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "laboratory/comparison/experiment_curve.h"
#include "laboratory/comparison/grouping.h"

namespace luthier {

struct Block {
  std::vector<std::vector<std::size_t>> members;  // experiments, by group; may be empty

  bool has(std::size_t group) const { return !members[group].empty(); }
  bool complete() const;
  // The mean over a group's experiments of this block. Precondition: has(group).
  double value(std::size_t group, const std::function<double(std::size_t)>& of) const;
};

// In order of task and seed. `task_of`: see Tasks.
std::vector<Block> find_blocks(std::span<const ExperimentCurve> experiments,
                               std::span<const Group> groups,
                               std::span<const std::size_t> task_of);

// The ranks of the groups in each complete block, by the value of their experiments:
// [group][complete block].
std::vector<std::vector<double>> block_ranks(std::span<const Block> blocks,
                                             std::size_t groups,
                                             const std::function<double(std::size_t)>& of);

}  // namespace luthier
