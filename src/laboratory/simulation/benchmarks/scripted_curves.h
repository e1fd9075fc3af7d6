// Learning curves as formulas: a JSON file that gives a space, and each metric as an expression of
// the parameters and training_iteration.
#pragma once

#include <memory>
#include <string>

#include "core/json.h"
#include "luthier/benchmark.h"

namespace luthier {

// Whether the document is such a file: it has "curves".
bool holds_curves(const Json& root);
// Every problem is in the error, one a line, with `file` before each.
Result<std::shared_ptr<const Benchmark>> read_curves(const Json& root, const std::string& file);

}  // namespace luthier
