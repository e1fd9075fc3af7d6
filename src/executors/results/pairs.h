// Pairs: the numbers of a line that its own signs give names to (`loss=0.5`, `Val Loss: 0.5`,
// `loss -> 0.5`, `| loss | 0.5 |`), and for who asks for a name also `loss 0.5` and `0.5 loss`.
#pragma once

#include <string_view>
#include <vector>

#include "executors/results/mention.h"

namespace luthier {

// A mention and where it stands in its line.
struct PlacedMention {
  Mention mention;
  std::size_t begin = 0;
  std::size_t end = 0;
};

std::vector<PlacedMention> pairs_of(std::string_view line);
// Numbers with a name directly before or behind them.
std::vector<PlacedMention> neighbours_of(std::string_view line);

}  // namespace luthier
