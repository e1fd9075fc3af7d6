// All parameters at once, for a program that takes them by their names.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "executors/programs/command/parameter_words.h"
#include "luthier/value.h"

namespace luthier {

enum class ArgumentStyle : std::uint8_t {
  equals,  // {args}: --lr=0.1 --amp --layers=[64, 64]
  hydra,   // {args:hydra}: lr=0.1 amp=true layers=[64,64]
  space,   // {args:space}: --lr 0.1 --amp --layers 64 64
};

// Secrets are never among them.
std::vector<std::string> all_arguments(ArgumentStyle style,
                                       const Config& config,
                                       const ParameterWords& words);

}  // namespace luthier
