// How deep the names and brackets of a TOML document are nested, seen before it is parsed: the
// parser recurses, and a key of many parts would end the program.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace luthier {

// The number of the first line (1, 2, ...) on which they are too deep; nothing when none is.
std::optional<std::int64_t> too_deeply_nested_line(std::string_view toml);
// What is wrong with it, and what helps.
std::string too_deeply_nested_text();

}  // namespace luthier
