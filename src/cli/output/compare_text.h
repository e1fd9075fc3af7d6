// A comparison as tables for a terminal.
#pragma once

#include <string>

#include "laboratory/comparison/comparison.h"

namespace luthier::cli {

std::string compare_text(const ComparisonReport& comparison);

}  // namespace luthier::cli
