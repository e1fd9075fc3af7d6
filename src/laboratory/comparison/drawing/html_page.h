// A comparison as one page that needs nothing else: no script, no font, no picture from elsewhere.
// It opens from a file, in light and dark, and prints.
#pragma once

#include <string>

#include "laboratory/comparison/comparison.h"

namespace luthier {

// `made_by` is shown at its end: the program, its version and the command.
std::string html_page(const ComparisonReport& comparison, const std::string& made_by);

}  // namespace luthier
