// Neighbours: numbers with a name directly before or behind them and no sign between them:
// `loss 0.5`, `0.5 loss`. For who asks for the name.
#pragma once

#include <string_view>
#include <vector>

#include "executors/results/lines/pairs.h"

namespace luthier {

std::vector<PlacedMention> neighbours_of(std::string_view line);

}  // namespace luthier
