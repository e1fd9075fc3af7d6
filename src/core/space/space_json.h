// A space as a part of a larger JSON document.
#pragma once

#include "core/json.h"
#include "luthier/space.h"

namespace luthier {

Result<Space> read_space(const Json& json);

}  // namespace luthier
