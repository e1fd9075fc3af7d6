// A comparison as tables for a terminal, and how wide that is.
#pragma once

#include <string>

#include "comparison/comparison.h"

namespace luthier::cli {

std::string compare_text(const ComparisonReport& comparison);
// Columns of the terminal behind `fd`; 80 when it is none.
int terminal_columns(int fd);

}  // namespace luthier::cli
