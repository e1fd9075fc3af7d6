// A field of a CSV file.
#pragma once

#include <string>
#include <string_view>

namespace luthier {

// As RFC 4180 quotes it, where that is needed.
std::string csv_field(std::string_view text);

}  // namespace luthier
