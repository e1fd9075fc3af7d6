// How long the names may be that people give: of experiments, parameters, metrics, tags.
#pragma once

#include <string>
#include <string_view>

namespace luthier {

inline constexpr std::size_t kLongestName = 128;  // characters

// What is wrong with the length of a name, a sentence; empty when nothing is. `what`: "the metric".
// Logs of earlier versions may hold longer ones and are still read.
std::string name_length_problem(std::string_view what, std::string_view name);

}  // namespace luthier
