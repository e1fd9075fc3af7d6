// How far apart two values of a parameter are drawn.
#pragma once

#include <string_view>

#include "luthier/space.h"

namespace luthier {

// "linear", "log" or "category".
std::string_view scale_of(const Domain& domain);

}  // namespace luthier
