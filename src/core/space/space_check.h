// Checks a configuration that a person wrote against a space.
#pragma once

#include "core/space/space_model.h"

namespace luthier {

// Every problem, one sentence a line. See CompiledSpace::check.
Result<> check_config(const SpaceModel& model, const Config& config);

}  // namespace luthier
