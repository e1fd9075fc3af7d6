// What a distribution that can't be read was meant to be: other brackets, forgotten commas, the
// spellings of other tools.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace luthier {

// A domain that can be read, for what was written after NAME=; nothing: nobody can tell.
std::optional<std::string> meant_domain(std::string_view text);
// "lr=uniform(0, 1)" for "lr:uniform(0, 1)", "lr ~ uniform(0, 1)" and "lr uniform(0, 1)".
std::optional<std::string> meant_parameter(std::string_view text);

}  // namespace luthier
