// What is wrong with a stop rule that can be read: asked of new rules only, so that every stored
// experiment still opens.
#pragma once

#include <string>

#include "luthier/experiment_spec.h"

namespace luthier {

// A sentence; empty when nothing is. A condition that is a number holds never.
std::string stop_rule_problem(const StopRule& rule);

}  // namespace luthier
