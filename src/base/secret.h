// Secrets that let a stranger in: random ones, and a comparison that gives nothing away.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "luthier/error.h"

namespace luthier {

// `bytes` random bytes as hexadecimal digits, two for each.
Result<std::string> random_secret(std::size_t bytes);

// Whether these are equal, in a time that does not depend on where they differ. An empty one equals
// nothing.
bool same_secret(std::string_view a, std::string_view b);

}  // namespace luthier
