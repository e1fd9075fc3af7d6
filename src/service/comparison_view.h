// What the page of a comparison shows, as JSON: that of `compare --json`, and the single
// experiments.
#pragma once

#include <span>
#include <string>

#include "laboratory/comparison/comparison.h"

namespace luthier {

// `ids`: by which the page names the experiments, in their order. `command`: what prints the same.
std::string comparison_view(const ComparisonReport& comparison,
                            std::span<const std::string> ids,
                            const std::string& command);

}  // namespace luthier
