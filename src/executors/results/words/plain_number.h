// Plain numbers: digits with a sign, a fraction and an exponent, as -1, 0.25 and 1e-5. Nearly all
// that programs print are some, and these are read fast.
#pragma once

#include <cstddef>
#include <string_view>

#include "luthier/value.h"

namespace luthier {

// How many digits `text` has from `at` on.
std::size_t digits_at(std::string_view text, std::size_t at);

// Reads the plain number that `text` has at `begin` into `value`, as read_number() does. Its
// length; 0 for none: it has to end at a blank, a bracket, a comma, a semicolon, a percent sign or
// the end, and to be finite.
std::size_t read_plain_number(std::string_view text, std::size_t begin, Value& value);

}  // namespace luthier
