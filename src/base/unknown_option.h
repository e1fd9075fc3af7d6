// What is said of an option that its owner does not have.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace luthier {

// "scheduler 'asha' has no option 'max_r'; did you mean 'max_t'? known: max_t, ..."
std::string unknown_option(std::string_view owner,
                           std::string_view name,
                           std::span<const std::string> known);

}  // namespace luthier
