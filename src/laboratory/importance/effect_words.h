// Where along a parameter the loss is low, in words.
#pragma once

#include <span>
#include <string>

#include "laboratory/importance/importance_sample.h"

namespace luthier {

// "up to 0.01", "from 32", "0.001 to 0.02", "adam, sgd": where `effect`, a number for each cell of
// the axis, is within `tolerance` of its whole range of its least. Empty where that is nowhere in
// particular: everywhere, or most categories.
std::string good_values(const SampledAxis& axis, std::span<const double> effect, double tolerance);

}  // namespace luthier
