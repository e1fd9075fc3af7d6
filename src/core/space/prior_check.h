// Whether priors suit a space.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "luthier/compiled_space.h"
#include "luthier/prior.h"

namespace luthier {

// A sentence for each problem.
std::vector<std::string> prior_problems(std::span<const Prior> priors, const CompiledSpace& space);

// The axis along which the parameter varies; past the last one where it does not.
std::size_t axis_of(const Parameter& parameter, const CompiledSpace& space);

// The scale that a spread is measured on.
enum class PriorScale : std::uint8_t { linear, logarithmic, none };
PriorScale prior_scale(const Domain& domain);

}  // namespace luthier
