// A comparison as a part of a page: tables, plots, and how the numbers were made. It needs nothing
// else: no script, no picture from elsewhere.
#pragma once

#include <string>

#include "laboratory/comparison/comparison.h"

namespace luthier {

// One element with the class that comparison_style.h is about.
std::string comparison_html(const ComparisonReport& comparison);

}  // namespace luthier
