// What a space is made of, as far as it decides which searcher suits it.
#pragma once

#include <cstddef>
#include <string>

#include "luthier/compiled_space.h"

namespace luthier::portfolio {

struct SpaceTraits {
  std::size_t numeric = 0;      // parameters that are numbers
  std::size_t categorical = 0;  // the others; parameters set by the grid count as neither
  bool has_conditions = false;
};

SpaceTraits traits_of(const CompiledSpace& space);

// "5 numbers and 1 category"
std::string to_text(const SpaceTraits& traits);

}  // namespace luthier::portfolio
