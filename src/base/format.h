// Sentences with values in them: formatted("no trial {} in '{}'", trial.value, name). The pattern
// is fmt's and is checked as it is compiled; fmt itself is compiled once, in format.cc, so that a
// file pays for neither its code nor its linking.
//
// Values are texts, whole numbers and characters. A double goes through format_number
// (base/text.h), which writes it as the log does, unless the pattern asks for digits: {:.2f}. A
// path is given as path.string().
#pragma once

#include <string>

#include <fmt/core.h>

namespace luthier {

std::string formatted_arguments(fmt::string_view pattern, fmt::format_args arguments);

template <class... T>
std::string formatted(fmt::format_string<const T&...> pattern, const T&... values) {
  return formatted_arguments(pattern, fmt::make_format_args(values...));
}

}  // namespace luthier
