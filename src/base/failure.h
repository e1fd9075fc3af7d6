// Errors with a sentence that names the thing: failure(ErrorCode::not_found, "no trial {}", name).
#pragma once

#include "base/format.h"
#include "luthier/error.h"

namespace luthier {

template <class... T>
Error failure(ErrorCode code, fmt::format_string<const T&...> pattern, const T&... values) {
  return {code, formatted_arguments(pattern, fmt::make_format_args(values...))};
}

}  // namespace luthier
