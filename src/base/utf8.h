// Characters as UTF-8. text.h has the way back, first_character().
#pragma once

#include <string>

namespace luthier {

// `code`: up to U+10FFFF and no surrogate.
void append_utf8(std::string& out, char32_t code);

}  // namespace luthier
