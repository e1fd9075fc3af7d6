// --points FILE: configurations to try first, JSON objects one a line or in one list. Nested
// objects are groups: {"optimizer": {"lr": 0.1}} is optimizer.lr.
#pragma once

#include <string>
#include <vector>

#include "luthier/error.h"
#include "luthier/value.h"

namespace luthier::cli {

Result<std::vector<Config>> read_points(const std::string& path);

// The whole of a text file that a person named; an error names it.
Result<std::string> read_text_file(const std::string& path);

}  // namespace luthier::cli
