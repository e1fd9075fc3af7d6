// A comparison for other programs. docs/comparing.md lists the fields.
#pragma once

#include <string>

#include "laboratory/comparison/comparison.h"

namespace luthier {

// One object on one line, "schema" first.
std::string to_json(const ComparisonReport& comparison);

// The curves, a row for each step: axis, at, group, centre, quartile_1, quartile_3, low, high.
std::string curves_csv(const ComparisonReport& comparison);

}  // namespace luthier
