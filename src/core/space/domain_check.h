// What is wrong with a domain.
#pragma once

#include <string>
#include <vector>

#include "luthier/space.h"

namespace luthier {

// One sentence for each problem, about "it": "low 3 must be below high 1". Expressions are left to
// the compiler, which knows the other parameters.
std::vector<std::string> domain_problems(const Domain& domain);

}  // namespace luthier
