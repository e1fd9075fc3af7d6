// Units of measure as they stand behind printed numbers.
#pragma once

#include <optional>
#include <string_view>

namespace luthier {

// 1000 for k, 1e6 for M, ...: a letter directly behind a number.
std::optional<double> multiplier(std::string_view letter);

}  // namespace luthier
