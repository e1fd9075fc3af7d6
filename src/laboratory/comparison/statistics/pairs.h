// Every two groups, pair by pair: who was better, by how much, and whether that can be luck.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "laboratory/comparison/comparison.h"
#include "laboratory/comparison/statistics/blocks.h"

namespace luthier {

// `score`: what is minimised, by experiment. Differences of scores are tested by signed ranks, with
// relative_regret the logarithms of their ratios, with rank the signs alone.
std::vector<PairSummary> compare_pairs(std::span<const Block> blocks,
                                       std::size_t groups,
                                       Measure measure,
                                       const std::function<double(std::size_t)>& score);

}  // namespace luthier
