// --points FILE: configurations to try first, as JSON objects one a line or in one list. Each is a
// bare configuration, or what `best --json` and `trials --json` print, which holds one as "config".
#pragma once

#include <string>
#include <vector>

#include "cli/output/json_objects.h"
#include "luthier/error.h"
#include "luthier/value.h"

namespace luthier::cli {

Result<std::vector<Config>> read_points(const std::string& path);

}  // namespace luthier::cli
