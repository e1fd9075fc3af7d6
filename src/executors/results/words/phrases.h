// Phrases: the words that stand before or behind a number and may be its name.
#pragma once

#include <string_view>

namespace luthier {

// The name that ends at `end` (blanks and a note in brackets included): "Val. Loss (%)". Empty
// where there is none, as after a number or a flag (`--loss=`).
std::string_view phrase_before(std::string_view line, std::size_t end);
// The name that begins at `begin`, up to the end of its field or the next number.
std::string_view phrase_after(std::string_view line, std::size_t begin);

}  // namespace luthier
