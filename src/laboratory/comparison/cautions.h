// Sentences about a comparison: what its numbers can't say, and how they were made.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "laboratory/comparison/comparison.h"
#include "laboratory/comparison/statistics/blocks.h"
#include "laboratory/comparison/tasks.h"

namespace luthier {

std::vector<std::string> cautions(const ComparisonReport& comparison,
                                  std::span<const Block> blocks,
                                  const Tasks& tasks);
std::vector<std::string> method_notes(const ComparisonReport& comparison);

}  // namespace luthier
